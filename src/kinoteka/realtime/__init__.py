"""How processes inform each other: the bus, live messages, shared rate windows."""
