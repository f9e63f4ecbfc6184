"""The contract of an authentication service: accounts, tokens, roles."""
