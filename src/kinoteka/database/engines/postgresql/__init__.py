"""PostgreSQL: everything that differs from the other engine."""
