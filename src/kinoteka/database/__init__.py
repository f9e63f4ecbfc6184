"""The database: schema, statements, units of work, revisions, migrations, backups, engines."""
