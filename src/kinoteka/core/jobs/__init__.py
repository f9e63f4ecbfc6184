"""Work that outlives a request: queued in the database, retried, taken over from killed workers."""
