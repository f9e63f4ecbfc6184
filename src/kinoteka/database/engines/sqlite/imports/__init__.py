"""The import into SQLite: staged in a file of its own, which is then attached."""
