"""What every layer uses: settings, logs, keys, caches, files, background tasks."""
