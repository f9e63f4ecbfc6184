"""No private names of libraries, except in modules that name the versions they were written for."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest
from jinja2 import Environment

from tests.support.private_names import (
    imported_modules,
    overridden_private_names,
    private_uses_in,
    private_uses_of_others_in,
)

ROOT = Path(__file__).parents[2]
GUARDED = {"kinoteka.server.uvicorn_protocols", "kinoteka.server.uvicorn_supervisor"}
"""Modules that may use a library's internals, because they check its version."""
UNDOCUMENTED = (
    "asyncpg.connect_utils",
    "asyncpg.protocol",
    "ctypes",
    "httptools.parser",
    "multiprocessing.resource_tracker",
    "redis.asyncio.connection",
    "redis.connection",
    "uvicorn.lifespan",
    "uvicorn.loops",
    "uvicorn.protocols",
    "uvicorn.server",
    "uvicorn.supervisors",
    "websockets.legacy",
    "websockets.protocol",
)
"""Modules of libraries that are internal although their names have no underscore."""


def modules(*folders: Path) -> dict[str, Path]:
    """Return the modules in these folders by their dotted names."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return {_dotted(path): path for path in paths if "node_modules" not in path.parts}


def _dotted(path: Path) -> str:
    base = ROOT / "src" if path.is_relative_to(ROOT / "src") else ROOT
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


CODE = modules(ROOT / "src", ROOT / "tools", ROOT / "benchmarks")
TESTS = modules(ROOT / "tests")


def undocumented_imports(source: str) -> list[str]:
    """Return the imports of internal modules of libraries."""
    return sorted(
        name
        for name in imported_modules(ast.parse(source))
        if any(f"{name}.".startswith(f"{internal}.") for internal in UNDOCUMENTED)
    )


def classes() -> list[type]:
    """Return the classes of the application."""
    found = []
    for name in CODE:
        if name.startswith("kinoteka.") and ".migrations." not in name and "__main__" not in name:
            module = importlib.import_module(name)
            found += [each for _, each in inspect.getmembers(module, inspect.isclass)]
    return [each for each in found if each.__module__ in CODE and each.__module__ not in GUARDED]


def test_code_uses_no_private_names_of_libraries() -> None:
    found = private_uses_in({name: path for name, path in CODE.items() if name not in GUARDED})
    assert found == [], "use a public API, or a guarded module that names the library's versions"


def test_tests_use_no_private_names_of_libraries() -> None:
    assert private_uses_of_others_in(TESTS, CODE | TESTS) == []


def test_classes_override_no_private_names_of_libraries() -> None:
    assert {each: names for each in classes() if (names := overridden_private_names(each))} == {}


def test_internal_modules_of_libraries_are_imported_only_by_guarded_modules() -> None:
    users = {
        name
        for name, path in (CODE | TESTS).items()
        if any(each in (text := path.read_text(encoding="utf-8")) for each in UNDOCUMENTED)
        and undocumented_imports(text)
    }
    assert users == GUARDED


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from uvicorn._types import Scope", ["2: import of uvicorn._types.Scope"]),
        ("import _thread", ["2: import of _thread"]),
        ("from jinja2.sandbox import _limit", ["2: import of jinja2.sandbox._limit"]),
        ("clause._for_update_arg", ["2: clause._for_update_arg"]),
        ("super()._parse(source)", ["2: super()._parse"]),
        ("connect(url)._protocol[0]", ["2: connect(url)._protocol"]),
        ("getattr(found, '_ddl_if', None)", ["2: getattr(found, '_ddl_if', None)"]),
        ("pool._own = 1", ["2: pool._own"]),
        ("row._replace(a=1), os._exit(1), cls.__name__, sunk._name_", []),
        ("self._own = 1; other._own", []),
        ("from kinoteka.core.text import _fold", []),
    ],
)
def test_private_uses_are_found(tmp_path, source, found) -> None:
    path = tmp_path / "sample.py"
    path.write_text(f"import os\n{source}\n")
    assert private_uses_in({"sample": path}) == [f"sample:{each}" for each in found]


def test_private_names_of_another_module_need_an_import(tmp_path) -> None:
    paths = {"kinoteka.a": tmp_path / "a.py", "kinoteka.b": tmp_path / "b.py"}
    paths["kinoteka.a"].write_text("def _own(): ...")
    paths["kinoteka.b"].write_text("pool._own")
    assert private_uses_in(paths) == ["kinoteka.b:1: pool._own"]
    paths["kinoteka.b"].write_text("from kinoteka import a\na._own")
    assert private_uses_in(paths) == []


def test_overridden_private_names_are_found() -> None:
    def parse(self: Environment) -> None:
        """Shadow a method of Jinja."""

    sample = type("Sample", (Environment,), {"_parse": parse, "_other": 1})
    sample.__module__ = "kinoteka.sample"
    assert overridden_private_names(sample) == {"_parse"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from uvicorn.supervisors import Multiprocess", 2),
        ("import uvicorn.server", 1),
        ("from redis.asyncio import Redis", 0),
    ],
)
def test_imports_of_internal_modules_are_found(source, found) -> None:
    assert len(undocumented_imports(source)) == found


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_guarded_module_names_the_versions_it_was_written_for(name) -> None:
    assert importlib.import_module(name).CHECKED
