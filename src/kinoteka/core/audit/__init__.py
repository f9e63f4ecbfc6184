"""The audit log: who changed what, for operators to read."""
