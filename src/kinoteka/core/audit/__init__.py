"""Audit entries: features record here what operators change. `audit_reader` reads the entries."""
