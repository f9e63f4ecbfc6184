"""Reject names and phrases that the project has replaced.

`python -m tools.wording` prints `file:line: old → new` for each one and exits with 1. The lists are
in `wording.toml`. Names are matched as whole identifiers in code, and in the code spans of
documents. Phrases are matched in comments, docstrings, strings, documents, templates and the names
of tests, whatever their case and wherever a line breaks. Strings of SQL are left out.
"""

import argparse
import io
import re
import sys
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LISTS = Path(__file__).with_suffix(".toml")
SCANNED = ("src", "tests", "docs", "*.md")
SUFFIXES = (".py", ".md", ".html", ".js", ".css")
SQL = re.compile(
    r"\W*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|PRAGMA|VACUUM|ANALYZE|LOCK|COPY|SET)\b"
)
CODE_SPAN = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
BETWEEN_WORDS = r"[\s_#*>\"']+"
CODE = "\0"
"""Stands for a character in which no phrase is looked for."""
TEXT_TOKENS = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)}


@dataclass(frozen=True)
class Lists:
    """What is replaced by what. Pending entries are reported, and reject nothing."""

    names: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)
    pending_names: Mapping[str, str] = field(default_factory=dict)
    pending_phrases: Mapping[str, str] = field(default_factory=dict)
    exempt_paths: Sequence[str] = ()
    exempt_entries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Pattern of paths → the entries that are allowed there."""

    def is_pending(self, entry: str) -> bool:
        return entry in self.pending_names or entry in self.pending_phrases

    def is_exempt(self, path: str, entry: str) -> bool:
        return any(
            fnmatch(path, pattern) and entry in entries
            for pattern, entries in self.exempt_entries.items()
        )


@dataclass(frozen=True, order=True)
class Finding:
    """An old name or phrase, where it stands, and what replaces it."""

    path: str
    line: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.old} → {self.new}"


def load(path: Path = LISTS) -> Lists:
    """Read the lists. Raise `ValueError` if an entry is both active and pending."""
    with path.open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    pending = table.get("pending", {})
    exempt = table.get("exempt", {})
    lists = Lists(
        names=table.get("names", {}),
        phrases=table.get("phrases", {}),
        pending_names=pending.get("names", {}),
        pending_phrases=pending.get("phrases", {}),
        exempt_paths=exempt.get("paths", ()),
        exempt_entries=exempt.get("entries", {}),
    )
    active = lists.names.keys() | lists.phrases.keys()
    if both := active & (lists.pending_names.keys() | lists.pending_phrases.keys()):
        raise ValueError(f"both active and pending: {', '.join(sorted(both))}")
    return lists


def scan(root: Path, lists: Lists) -> list[Finding]:
    """Return all findings in the tree, pending ones too, in the order of files and lines."""
    names = {**lists.names, **lists.pending_names}
    phrases = {**lists.phrases, **lists.pending_phrases}
    spelling = {_plain(phrase): phrase for phrase in phrases}
    name_pattern, phrase_pattern = _name_pattern(names), _phrase_pattern(phrases)
    found = []
    for path in _files(root, lists.exempt_paths):
        text = (root / path).read_text(encoding="utf-8")
        hits = [(at, old, names[old]) for at, old in _names(path, text, name_pattern)]
        for at, match in _phrases(path, text, phrase_pattern):
            old = spelling[_plain(match)]
            hits.append((at, old, phrases[old]))
        for at, old, new in hits:
            if not lists.is_exempt(path, old):
                found.append(Finding(path, text.count("\n", 0, at) + 1, old, new))
    return sorted(found)


def _files(root: Path, exempt: Sequence[str]) -> Iterator[str]:
    for scanned in SCANNED:
        files = (root / scanned).rglob("*") if "*" not in scanned else root.glob(scanned)
        for file in files:
            path = file.relative_to(root).as_posix()
            if file.suffix in SUFFIXES and not any(fnmatch(path, each) for each in exempt):
                yield path


def _plain(phrase: str) -> str:
    """Return a phrase in lower case, with one space between words."""
    return " ".join(re.sub(BETWEEN_WORDS, " ", phrase.lower()).split())


def _name_pattern(names: Mapping[str, str]) -> re.Pattern[str] | None:
    longest_first = sorted(names, key=len, reverse=True)
    any_name = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<![\w-])(?:{any_name})(?![\w-])") if names else None


def _phrase_pattern(phrases: Mapping[str, str]) -> re.Pattern[str] | None:
    """Match any of the phrases. A line may break between words, in a comment or quotation too."""
    if not phrases:
        return None
    longest_first = sorted(phrases, key=len, reverse=True)
    spelled = [BETWEEN_WORDS.join(map(re.escape, phrase.split())) for phrase in longest_first]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(spelled)})(?![^\W_])", re.IGNORECASE)


def _names(path: str, text: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, str]]:
    """Yield old names with their offsets: identifiers in Python, code spans in documents."""
    if pattern is None or not pattern.search(text):
        return
    if path.endswith(".py"):
        for offset, token in _tokens(text):
            if token.type == tokenize.NAME and pattern.fullmatch(token.string):
                yield offset, token.string
    elif path.endswith(".md"):
        for span in CODE_SPAN.finditer(text):
            for match in pattern.finditer(span.group()):
                yield span.start() + match.start(), match.group()


def _phrases(path: str, text: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, str]]:
    """Yield old phrases with their offsets."""
    if pattern is None or not pattern.search(text):
        return
    prose = _prose(text) if path.endswith(".py") else text
    for match in pattern.finditer(prose):
        yield match.start(), match.group()


def _prose(text: str) -> str:
    """Mask everything in Python source but comments, strings and names of tests."""
    prose = [CODE if not character.isspace() else character for character in text]
    for offset, token in _tokens(text):
        is_text = token.type in TEXT_TOKENS and not SQL.match(token.string)
        is_test = token.type == tokenize.NAME and token.string.lower().startswith("test")
        if is_text or is_test:
            prose[offset : offset + len(token.string)] = token.string
    return "".join(prose)


def _tokens(text: str) -> Iterator[tuple[int, tokenize.TokenInfo]]:
    """Yield the tokens of Python source with their offsets."""
    starts = [0]
    for line in io.StringIO(text):
        starts.append(starts[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        row, column = token.start
        yield starts[row - 1] + column, token


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is found. Return 1 if an active entry is among it, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.wording", description=main.__doc__)
    parser.add_argument("--pending", action="store_true", help="list pending entries line by line")
    show_pending = parser.parse_args(arguments).pending
    lists = load()
    found = scan(ROOT, lists)
    rejected = [finding for finding in found if not lists.is_pending(finding.old)]
    pending = [finding for finding in found if lists.is_pending(finding.old)]
    for finding in rejected + (pending if show_pending else []):
        print(finding)
    counted = Counter(finding.old for finding in pending)
    if pending and not show_pending:
        numbers = (f"{old} ({number})" for old, number in counted.most_common())
        print(f"pending: {', '.join(numbers)}")
    if gone := [*(lists.pending_names.keys() | lists.pending_phrases.keys()) - counted.keys()]:
        print(f"no longer found, so no longer pending: {', '.join(sorted(gone))}")
    if rejected:
        print(
            f"{len(rejected)} old names and phrases. Use the new ones, or see tools/wording.toml."
        )
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main())
