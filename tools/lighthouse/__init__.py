"""Lighthouse over the site's pages."""
