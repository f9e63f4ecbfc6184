"""The user's account: sign-up, sign-in, sign-out, profile, sessions and personal data."""
