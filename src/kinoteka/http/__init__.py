"""What contracts and site share: typed endpoints, identity, uploads, OpenAPI."""
