"""Usernames that look alike (Unicode Technical Standard 39, Unicode Security Mechanisms).

Public operations: skeleton, is_highly_restrictive.

The tables come from ICU (`tools/look_alikes.py`). They are loaded when the first username with
non-ASCII characters is compared. A table of a newer Unicode version needs a migration, because
skeletons are stored.
"""

import json
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("unicode") / "look_alikes.json"

LOWER_CASE = str.maketrans({"0": "o", "1": "l", "i": "l", "m": "rn", "|": "l", '"': "''"})
"""Maps lower-case ASCII, so that both cases of a letter have the same look-alikes."""
ANY_SCRIPT = frozenset({"Zyyy", "Zinh"})
"""Common and inherited characters, which occur in every script."""
WITH_HAN = {"Hani": {"Hanb", "Jpan", "Kore"}, "Hira": {"Jpan"}, "Kana": {"Jpan"}}
WITH_HAN |= {"Hang": {"Kore"}, "Bopo": {"Hanb"}}
"""The writing systems with several scripts that contain a script (UTS 39, 5.1)."""
WITH_LATIN = ("Jpan", "Hanb", "Kore")
"""Writing systems that may be mixed with Latin letters (UTS 39, 5.2, Highly Restrictive)."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Prototypes by character, and ranges of characters with the same scripts."""

    prototypes: dict[int, str]
    first: list[int]
    last: list[int]
    scripts: list[frozenset[str]]

    def scripts_of(self, character: str) -> frozenset[str] | None:
        """Return a character's scripts; None if identifiers should not have it (UTS 39, 3.1)."""
        index = bisect_right(self.first, ord(character)) - 1
        if index < 0 or ord(character) > self.last[index]:
            return None
        return self.scripts[index]


def skeleton(username: str) -> str:
    """Return the skeleton of a username; usernames that readers may confuse share it.

    It is UTS 39's skeleton of the username as it is shown, then in lower case, because usernames
    are compared without regard to case.
    """
    mapped = username
    if not username.isascii():
        decomposed = unicodedata.normalize("NFD", username)
        mapped = unicodedata.normalize("NFD", decomposed.translate(_tables().prototypes))
    return mapped.lower().translate(LOWER_CASE)


def is_highly_restrictive(username: str) -> bool:
    """Return whether a username is in one script, or in Latin with Japanese, Chinese or Korean.

    Characters beyond ASCII must be common in identifiers, and digits of one kind.
    """
    if username.isascii():
        return True
    scripts = []
    for character in username:
        found = _tables().scripts_of(character)
        if found is None and not character.isascii():
            return False
        if found and found.isdisjoint(ANY_SCRIPT):
            scripts.append(found)
    return _has_one_kind_of_digits(username) and _may_be_mixed(scripts)


def _may_be_mixed(scripts: list[frozenset[str]]) -> bool:
    if not scripts:
        return True
    if frozenset.intersection(*scripts):
        return True
    return any(all(system in each or "Latn" in each for each in scripts) for system in WITH_LATIN)


def _has_one_kind_of_digits(username: str) -> bool:
    zeros = {ord(c) - unicodedata.decimal(c) for c in username if c.isdecimal()}
    return len(zeros) <= 1


@cache
def _tables() -> Tables:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    runs = [run.split() for run in data["scripts"]]
    known: dict[str, frozenset[str]] = {}
    for _, _, *names in runs:
        written = " ".join(names)
        known.setdefault(
            written, frozenset(names).union(*(WITH_HAN.get(name, ()) for name in names))
        )
    return Tables(
        prototypes={ord(character): text for character, text in data["prototypes"].items()},
        first=[int(first, 16) for first, *_ in runs],
        last=[int(last, 16) for _, last, *_ in runs],
        scripts=[known[" ".join(names)] for _, _, *names in runs],
    )
