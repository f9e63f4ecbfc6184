"""Pages for operators: people, roles, labels, the audit log; films, selections, imports."""
