"""Films on the site."""
