"""Accounts: usernames, e-mail addresses, profiles, avatars, passwords."""
