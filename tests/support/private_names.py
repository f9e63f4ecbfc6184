"""Find uses of private names of other people's packages: names that begin with one underscore."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

OURS = ("kinoteka", "tests", "tools", "benchmarks")
PUBLIC = {"_", "_asdict", "_exit", "_fields", "_field_defaults", "_make", "_replace"}
"""Documented names that begin with an underscore: of named tuples, gettext and `os`."""
BY_NAME = {"getattr", "setattr", "hasattr", "delattr"}
SUSPECT = re.compile(r"\._[a-z]|\bimport [^\n]*\b_[a-z]|\([^()]*['\"]_[a-z]")
"""Text that a module with uses of private names contains: parsing every module takes seconds."""
DEFINITION = re.compile(r"(?m)(?:\b(?:def|class) |\b(?:self|cls)\.|^\s*)(_[A-Za-z]\w*)")
GENERATED = {"_abc_impl", "_compiler_dispatch", "_is_protocol", "_is_runtime_protocol"}
"""Names that Python and SQLAlchemy's decorators add to classes."""


def is_private(name: str) -> bool:
    """Return whether a name is private. Python's own names end with an underscore, too."""
    return name.startswith("_") and not name.endswith("_") and name not in PUBLIC


def defined_names(tree: ast.AST) -> set[str]:
    """Return the private names that a module defines: functions, classes, variables, attributes."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            is_own = isinstance(node, ast.Name) or _is_name(node.value, {"self", "cls"})
            names |= {node.id if isinstance(node, ast.Name) else node.attr} if is_own else set()
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return set(filter(is_private, names))


def imported_modules(tree: ast.AST) -> set[str]:
    """Return the modules that a module imports, and what it imports from them."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def private_uses(tree: ast.AST, own_names: set[str]) -> Iterator[str]:
    """Yield the private names of others that a module imports or uses, with line numbers.

    `own_names` are private names that it may use: those of its own project.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _private_imports(node)
        elif isinstance(node, ast.Attribute):
            if is_private(node.attr) and node.attr not in own_names:
                yield f"{node.lineno}: {_source(node)}"
        elif isinstance(node, ast.Call) and _is_name(node.func, BY_NAME):
            for argument in node.args[1:2]:
                name = argument.value if isinstance(argument, ast.Constant) else ""
                if isinstance(name, str) and is_private(name) and name not in own_names:
                    yield f"{node.lineno}: {_source(node)}"


def private_uses_in(paths: Mapping[str, Path]) -> list[str]:
    """Return the private uses in these modules; the keys are their dotted names.

    A module may use the private names that it defines, and those of modules that it imports.
    """
    parsed = cache(lambda name: ast.parse(paths[name].read_text(encoding="utf-8")))
    defined = cache(lambda name: defined_names(parsed(name)))
    found = []
    for name in suspects(paths):
        near = {name} | (imported_modules(parsed(name)) & paths.keys())
        own_names = set().union(*map(defined, near))
        found += [f"{name}:{use}" for use in private_uses(parsed(name), own_names)]
    return found


def suspects(paths: Mapping[str, Path]) -> list[str]:
    """Return the modules that may use private names."""
    return [name for name, path in paths.items() if SUSPECT.search(path.read_text("utf-8"))]


def private_uses_of_others_in(paths: Mapping[str, Path], own: Mapping[str, Path]) -> list[str]:
    """Return the private uses in these modules of names that no module in `own` defines."""
    own_names: set[str] = set()
    for path in own.values():
        own_names |= set(DEFINITION.findall(path.read_text("utf-8")))
    return [
        f"{name}:{use}"
        for name in suspects(paths)
        for use in private_uses(ast.parse(paths[name].read_text("utf-8")), own_names)
    ]


def overridden_private_names(cls: type) -> set[str]:
    """Return the private names of a class that another package's base class has, too."""
    mine, theirs = set(), set()
    for each in cls.__mro__:
        names = {*vars(each), *_assigned(each.__module__)}
        if each.__module__.partition(".")[0] in OURS:
            mine |= names
        elif each.__module__ not in ("abc", "builtins", "enum", "typing"):
            theirs |= names
    return set(filter(is_private, mine & theirs)) - GENERATED


def _private_imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        path = f"{module}.{alias.name}".strip(".")
        if path.partition(".")[0] not in OURS and any(map(is_private, path.split("."))):
            yield f"{node.lineno}: import of {path}"


@cache
def _assigned(module: str) -> set[str]:
    """Return the private attributes that the classes of a module set on themselves."""
    try:
        source = inspect.getsource(sys.modules[module])
    except (OSError, TypeError, KeyError):  # written in C
        return set()
    return set(re.findall(r"self\.(_\w+)(?:: [^=\n]+)? = ", source))


def _is_name(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _source(node: ast.AST) -> str:
    return ast.unparse(node)
