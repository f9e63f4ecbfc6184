"""Split a film that is two, because records of different films were joined."""
