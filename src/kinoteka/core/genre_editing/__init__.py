"""Genres for operators: merge them, and edit their names and aliases."""
