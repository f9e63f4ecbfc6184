"""OpenAPI documents and their operations, from which generators create clients."""

from typing import Any

from kinoteka.server.app import CONTRACTS

ALL = "kinoteka"
NAMES = (ALL, *(contract.name for contract in CONTRACTS))
METHODS = {"get", "put", "post", "patch", "delete"}


def operations(document: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return every operation of a document with its path, by its id."""
    return {
        operation["operationId"]: (path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }
