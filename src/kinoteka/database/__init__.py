"""Engine, schema, statements, caches, files, migrations."""
