"""Members: the accounts as operators search and manage them."""
