"""Pages for operators: members, roles, labels, the audit log; films, selections, imports."""
