"""The features, a package each: models, services, queries. No HTTP in here."""
