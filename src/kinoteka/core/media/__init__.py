"""Media: uploaded pictures, read, made harmless and kept."""
