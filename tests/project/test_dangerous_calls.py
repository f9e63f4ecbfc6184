"""The code evaluates no data, starts no shell, and has no client for addresses of the web."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "kinoteka"

EVALUATING = {"eval", "exec", "__import__"}
SHELLS = {"system", "popen", "create_subprocess_shell", "getoutput", "getstatusoutput"}
DESERIALIZERS = {"pickle", "marshal", "shelve", "xml", "yaml"}
WEB_CLIENTS = {"httpx", "requests", "aiohttp", "urllib3", "ftplib", "smtplib", "webbrowser"}
WEB_CLIENT_MODULES = {"urllib.request", "http.client", "http.cookiejar", "xmlrpc.client"}
OBJECT_STORE = "obstore"
WORDS = EVALUATING | SHELLS | DESERIALIZERS | WEB_CLIENTS | {"shell", "urllib", "xmlrpc"}
SUSPECT = re.compile(
    rf"\b(?:{'|'.join(sorted(WORDS))}|{OBJECT_STORE})\b|\bhttp\W+(?:import|client|cookiejar)\b"
)
"""Text that a module with something dangerous contains: parsing all of them takes a second."""


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax trees of the suspect modules by path."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.py"))}
    return {
        str(path.relative_to(SOURCE)): ast.parse(text)
        for path, text in texts.items()
        if SUSPECT.search(text)
    }


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls of a module, each with the last part of what it calls."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                yield f".{node.func.attr}", node


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the modules that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(tree: ast.Module) -> set[str]:
    """Return the top packages that a module imports."""
    return {name.partition(".")[0] for name in imports(tree)}


def test_no_data_is_evaluated():
    found = [
        name
        for name, tree in trees().items()
        if EVALUATING & {request for request, _ in calls(tree)}
    ]
    assert found == []


def test_no_data_is_deserialized_into_arbitrary_objects():
    for name, tree in trees().items():
        assert not packages(tree) & DESERIALIZERS, name


def test_no_shell_is_started():
    for name, tree in trees().items():
        for called, request in calls(tree):
            assert called.lstrip(".") not in SHELLS, name
            assert "shell" not in {keyword.arg for keyword in request.keywords}, name


def test_no_web_client_is_imported():
    for name, tree in trees().items():
        assert not set(imports(tree)) & WEB_CLIENT_MODULES, name
        assert not packages(tree) & WEB_CLIENTS, name


def test_only_one_module_uses_the_object_store():
    users = [name for name, tree in trees().items() if OBJECT_STORE in packages(tree)]
    assert users == ["infrastructure/object_store.py"]
