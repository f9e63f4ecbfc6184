"""Manage on the site."""
