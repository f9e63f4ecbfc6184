"""The contract of a browser film site with selections of films. See README.md here."""
