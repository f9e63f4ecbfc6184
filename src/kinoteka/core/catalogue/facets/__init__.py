"""Values of filters, and films that are similar to a film."""
