"""How names and addresses are compared, for the core and for migrations of stored keys."""
