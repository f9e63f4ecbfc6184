"""One's account: signing up, in and out, the profile, sessions, and what is kept of oneself."""
