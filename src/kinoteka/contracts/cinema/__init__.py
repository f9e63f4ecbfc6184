"""The cinema contract; README.md here tells it all."""
