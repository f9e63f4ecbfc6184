"""All SQL of the package: statements and hand-written texts, by where they are defined."""

import ast
import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kinoteka
from kinoteka.database.statement import Statement

Sql = Statement[Any] | str

NOT_IMPORTED = ("migrations.versions", "migrations.env", "__main__")
"""Modules that only other programs can run. Migrations show nothing to anybody."""
MAKERS = ("Statement", "ids_as_json")


def module_names() -> list[str]:
    """Return the names of the modules that may hold SQL."""
    found = pkgutil.walk_packages(kinoteka.__path__, "kinoteka.")
    return [each.name for each in found if not any(name in each.name for name in NOT_IMPORTED)]


def defined_in(module: str) -> Iterator[tuple[str, Sql]]:
    """Return the statements and texts that a module holds, also within collections."""
    for name, value in vars(importlib.import_module(module)).items():
        if not name.startswith("__"):
            yield from _run_queued_then(f"{module}:{name}", value)


def texts_in_functions(module: str) -> Iterator[tuple[str, str]]:
    """Return the texts in a module's functions and classes."""
    for scope in _scopes(module):
        for node in ast.walk(scope):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{module}:{scope.name}", node.value


def statement_builders(module: str) -> Iterator[str]:
    """Return the names of a module's functions that build statements."""
    for scope in _scopes(module):
        calls = (node.func for node in ast.walk(scope) if isinstance(node, ast.Call))
        if any(isinstance(called, ast.Name) and called.id in MAKERS for called in calls):
            yield f"{module}:{scope.name}"


def _run_queued_then(name: str, value: object) -> Iterator[tuple[str, Sql]]:
    if isinstance(value, Statement | str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _run_queued_then(f"{name}[{key}]", each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _run_queued_then(name, each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _run_queued_then(f"{name}.{field.name}", getattr(value, field.name))


def _scopes(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    file = importlib.import_module(module).__file__
    assert file is not None
    for node in ast.parse(Path(file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
