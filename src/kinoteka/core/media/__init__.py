"""Media: uploaded pictures, read, made harmless and stored."""
