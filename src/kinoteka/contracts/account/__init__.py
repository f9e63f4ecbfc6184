"""The contract of a site with a personal account page."""
