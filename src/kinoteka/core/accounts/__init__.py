"""Accounts: names, addresses, profiles, passwords."""
