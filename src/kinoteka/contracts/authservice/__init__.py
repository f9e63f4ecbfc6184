"""The contract of an authentication service: accounts, tokens and roles. See README.md here."""
