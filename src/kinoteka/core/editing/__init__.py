"""Films as operators see and change them."""
