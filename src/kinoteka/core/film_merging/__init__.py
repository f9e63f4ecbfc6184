"""Merge films and genres that are the same, and split films that were joined by mistake."""
