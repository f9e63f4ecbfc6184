"""The OpenAPI documents as files, from which clients are generated."""

import json
from pathlib import Path
from typing import Any

import pytest

from kinoteka.server.api_documents import Documentation
from kinoteka.server.app import CONTRACTS
from tests.support.openapi_documents import ALL, NAMES


@pytest.fixture(scope="session")
def documents() -> dict[str, dict[str, Any]]:
    """All documents by name."""
    served = Documentation(CONTRACTS)
    return {name: served.document(None if name == ALL else name) for name in NAMES}


@pytest.fixture(scope="session")
def document_files(
    documents: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """All documents as files."""
    folder = tmp_path_factory.mktemp("documents")
    files = {name: folder / f"{name}.json" for name in documents}
    for name, file in files.items():
        file.write_text(json.dumps(documents[name]), encoding="utf-8")
    return files
