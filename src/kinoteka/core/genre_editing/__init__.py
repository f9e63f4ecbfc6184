"""Genres for operators: merge them."""
