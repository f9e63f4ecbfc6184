"""Library on the site."""
