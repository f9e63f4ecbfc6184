"""The HTTP layer that contracts and site share (README.md)."""
