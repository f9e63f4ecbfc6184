"""Members: accounts as operators find and manage them."""
