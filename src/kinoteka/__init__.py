"""Kinoteka: a self-hosted server for a film community."""
