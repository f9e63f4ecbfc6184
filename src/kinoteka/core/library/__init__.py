"""What people and operators gather from the catalogue: bookmarks and selections."""
