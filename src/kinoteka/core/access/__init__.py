"""Who may: actors, roles, permissions, labels."""
