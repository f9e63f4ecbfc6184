"""The mechanics of HTTP: requests, responses, bodies, routes. Imports nothing from the core."""
