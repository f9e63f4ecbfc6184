"""Bookmarks and selections on the site."""
