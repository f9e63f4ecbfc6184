"""The contract of a site with a personal account page. See README.md in this folder."""
