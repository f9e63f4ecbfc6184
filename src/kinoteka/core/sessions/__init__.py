"""Sessions: signing up, in and out; who asks; the history of sign-ins; changed credentials."""
