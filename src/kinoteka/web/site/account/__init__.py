"""Account on the site."""
