"""Write what usernames are compared by: confusable characters and the scripts that use each.

`make look-alikes` takes them from ICU (the package icukit-pyicu, which brings ICU along), in an
environment of its own. The data is kept, so whoever installs the server needs no ICU.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import icu

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src" / "kinoteka" / "infrastructure" / "comparison" / "unicode" / "look_alikes.json"
LETTERS_MARKS_NUMBERS = range(1, 12)
"""ICU's numbers of the general categories Lu to No."""


def main() -> None:
    """Write the data; its licence lies beside it."""
    data = {
        "unicode": icu.UNICODE_VERSION,
        "scripts": list(_runs(_allowed())),
        "prototypes": dict(_prototypes()),
    }
    text = json.dumps(data, ensure_ascii=False, indent=0)
    DATA.write_text(text + "\n", encoding="utf-8")


def _allowed() -> set[int]:
    """Return the characters of the General Security Profile (UTS 39, 3.1)."""
    sets = (icu.SpoofChecker.getRecommendedUnicodeSet(), icu.SpoofChecker.getInclusionUnicodeSet())
    return {ord(character) for each in sets for character in each}


def _runs(characters: Iterable[int]) -> Iterator[str]:
    """Yield characters that follow each other in the same scripts, as `first last scripts`."""
    first, last, scripts = -2, -2, ""
    for character in sorted(characters):
        here = _scripts(chr(character))
        if character == last + 1 and here == scripts:
            last = character
            continue
        if first >= 0:
            yield f"{first:x} {last:x} {scripts}"
        first = last = character
        scripts = here
    yield f"{first:x} {last:x} {scripts}"


def _scripts(character: str) -> str:
    codes = icu.Script.getScriptExtensions(character)
    return " ".join(sorted(icu.Script(code).getShortName() for code in codes))


def _prototypes() -> Iterator[tuple[str, str]]:
    """Yield each letter, mark and number that another text looks like, with that text."""
    checker, decomposing = icu.SpoofChecker(), icu.Normalizer2.getNFDInstance()
    for number in range(0x110000):
        if icu.Char.charType(number) not in LETTERS_MARKS_NUMBERS:
            continue
        character = chr(number)
        if decomposing.normalize(character) != character:  # what it decomposes into is looked up
            continue
        prototype = checker.getSkeleton(0, character)
        if prototype and prototype != character:
            yield character, prototype


if __name__ == "__main__":
    main()
