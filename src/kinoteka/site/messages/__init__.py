"""Messages on the site."""
