"""Sessions: sign-up, sign-in, sign-out, actors, known devices, changes of credentials."""
