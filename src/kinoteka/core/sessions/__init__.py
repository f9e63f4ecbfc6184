"""Sessions: signing up, in and out; who a cookie is; the history of sign-ins."""
