"""Tokens: access tokens that other servers can verify, and rotating refresh tokens."""
