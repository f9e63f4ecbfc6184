"""The import into PostgreSQL: staged by COPY in temporary tables, then moved by the server."""
