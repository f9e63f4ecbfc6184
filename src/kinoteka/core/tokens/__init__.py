"""Tokens: access tokens that others can check, refresh tokens that rotate."""
