"""Bookmarks, selections and the pages of members."""
