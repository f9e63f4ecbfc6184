"""Editing and adding films by hand."""
