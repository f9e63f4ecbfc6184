"""The policy of HTTP: authentication, origins, error responses, the request pipeline."""
