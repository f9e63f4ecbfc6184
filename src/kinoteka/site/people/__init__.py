"""People on the site."""
