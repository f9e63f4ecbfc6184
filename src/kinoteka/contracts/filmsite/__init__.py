"""The contract of a browser film site with selections of films; README.md here tells it all."""
