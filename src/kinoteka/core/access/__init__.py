"""Access control: actors, roles, permissions, access labels."""
