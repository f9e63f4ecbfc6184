"""Media: uploaded pictures, and posters drawn by the server."""
