"""Shared parts of all pages: rendering, languages, notices, error pages."""
