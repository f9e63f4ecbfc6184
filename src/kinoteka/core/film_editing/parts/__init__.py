"""The parts of a film that operators edit beside its fields: credits, titles, countries, ids."""
