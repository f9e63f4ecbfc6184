"""Films that accounts and operators collect: bookmarks and selections."""
