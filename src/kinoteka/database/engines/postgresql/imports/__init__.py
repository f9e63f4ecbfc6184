"""The import into PostgreSQL: COPY into temporary tables, which the server then stores."""
