"""The router: a dictionary for fixed paths, a walk by segments for the rest.

A scan over patterns, as in most frameworks, grows with the number of routes; this does not.
A trailing slash never matters.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

Target = TypeVar("Target")
Values = tuple[int | str, ...]

MAX_ID = 2**63 - 1
NO_ID = 0
"""The id that stands for a segment that is not a number. Nothing has this id."""


@dataclass(slots=True)
class _Node(Generic[Target]):
    fixed: dict[str, "_Node[Target]"] = field(default_factory=dict)
    number: "_Node[Target] | None" = None
    text: "_Node[Target] | None" = None
    methods: dict[str, Target] = field(default_factory=dict)
    takes_any: bool = False


class Router(Generic[Target]):
    """Paths to the targets of their methods."""

    def __init__(self) -> None:
        self._fixed: dict[str, dict[str, Target]] = {}
        self._root: _Node[Target] = _Node()

    def add(self, method: str, path: str, target: Target) -> None:
        """Serve `path` (see `Route.path`) by `target` for a method.

        Raises:
            ValueError: the method of this path is served already.
        """
        methods = self._methods_of(path)
        if method in methods:
            raise ValueError(f"{method} {path} is served twice")
        methods[method] = target

    def at(self, method: str, path: str) -> Target | None:
        """Return the target of a method of this path, as it was added."""
        return self._methods_of(path).get(method)

    def text_beside(self, method: str, path: str) -> tuple[str, Target] | None:
        """Return the route, and its path, that takes the last segment of `path` as text.

        It serves whatever the routes beside it, which are found first, leave to it.
        """
        *parents, last = path.strip("/").split("/")
        node: _Node[Target] | None = self._root
        for segment in parents:
            node = node.fixed.get(segment) if node is not None else None
        if not last or last.endswith(":text}") or node is None or node.text is None:
            return None
        target = node.text.methods.get(method)
        return None if target is None else ("/".join(("", *parents, "{text:text}")), target)

    def any_id_beside(self, method: str, path: str) -> Target | None:
        """Return the route that takes any segment as an id where `path` ends with a fixed one."""
        *parents, last = path.strip("/").split("/")
        node: _Node[Target] | None = self._root
        for segment in parents:
            node = node.fixed.get(segment) if node is not None else None
        if last.startswith("{") or node is None or node.number is None:
            return None
        return node.number.methods.get(method) if node.number.takes_any else None

    def take_any_id(self, path: str) -> None:
        """Take any segment where `path` has an id."""
        node = self._root
        for segment in path.strip("/").split("/"):
            node = self._child(node, segment)
            if segment.startswith("{"):
                node.takes_any = True

    def replace(self, method: str, path: str, target: Target) -> None:
        """Serve a method of this path, which is served already, by another target."""
        self._methods_of(path)[method] = target

    def find(self, path: str) -> tuple[dict[str, Target], Values] | None:
        """Return the targets of a path by method, and the values in the path."""
        methods = self._fixed.get(path)
        if methods is not None:
            return methods, ()
        return self._walk(path.strip("/").split("/"))

    def find_encoded(self, raw_path: bytes) -> tuple[dict[str, Target], Values] | None:
        """Find a path with encoded slashes, each of which belongs to its segment."""
        return self._walk(
            [unquote(segment) for segment in raw_path.decode("latin-1").strip("/").split("/")]
        )

    def _methods_of(self, path: str) -> dict[str, Target]:
        bare = path.rstrip("/") or "/"
        if "{" not in bare:
            methods = self._fixed.setdefault(bare, {})
            self._fixed[bare.rstrip("/") + "/"] = methods
            return methods
        node = self._root
        for segment in bare.strip("/").split("/"):
            node = self._child(node, segment)
        return node.methods

    def _child(self, node: _Node[Target], segment: str) -> _Node[Target]:
        if not segment.startswith("{"):
            return node.fixed.setdefault(segment, _Node())
        if segment.endswith(":text}"):
            node.text = node.text or _Node()
            return node.text
        node.number = node.number or _Node()
        return node.number

    def _walk(self, segments: list[str]) -> tuple[dict[str, Target], Values] | None:
        node = parent = self._root
        values: list[int | str] = []
        for segment in segments:
            parent = node
            if (fixed := node.fixed.get(segment)) is not None:
                node = fixed
            elif node.number is not None and (number := _id(segment)) is not None:
                node = node.number
                values.append(number)
            elif node.text is not None and segment:
                node = node.text
                values.append(segment)
            elif node.number is not None and node.number.takes_any:
                node = node.number
                values.append(NO_ID)
            else:
                return None
        if node.methods:
            return node.methods, tuple(values)
        return _as_text(parent, node, segments[-1], values)


def _as_text(
    parent: _Node[Target], node: _Node[Target], segment: str, values: list[int | str]
) -> tuple[dict[str, Target], Values] | None:
    """Take a last segment as text where the path goes on beside it but does not end there."""
    if parent.text is None or not parent.text.methods or not segment:
        return None
    kept = values[:-1] if node is parent.number else values
    return parent.text.methods, (*kept, segment)


def last_segment(path: str) -> str:
    """Return what follows the last slash of a path, but for one at its end."""
    return path.strip("/").rpartition("/")[2]


def _id(segment: str) -> int | None:
    if not (segment.isdigit() and segment.isascii()):
        return None
    if len(segment) < 19:
        return int(segment)
    # No row has an id of more digits, and Python refuses to read very many.
    significant = segment.lstrip("0")
    return int(significant or "0") if len(significant) < 19 else MAX_ID
