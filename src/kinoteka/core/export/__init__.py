"""Everything that is kept of an account, for itself to take away."""
