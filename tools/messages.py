"""Gather the site's sentences and compile their translations.

`make messages` adds what is new to `locale/<language>/LC_MESSAGES/site.po`, where it is to be
translated, drops what is no longer said, and writes the `.mo` that the server reads.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kinoteka.site.ui.typography import bind

ROOT = Path(__file__).parents[1]
SITE = ROOT / "src" / "kinoteka" / "site"
LOCALE = SITE / "locale"
LANGUAGES = ("ru",)
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "extensions": "jinja2.ext.do"}}
HEADER = "# What the site says, in another language; `make messages` keeps it complete."
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)  # no moment of its own, so that files stay the same
MOVING = tuple(
    f'"{name}'.encode()
    for name in ("POT-Creation", "PO-Revision", "Last-", "Report-", "Project-", "Language-Team")
)
"""Lines of a header that change by themselves or say nothing."""
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "NP_": ((1, "c"), 2),  # type: ignore[dict-item]
    "pgettext": ((1, "c"), 2),  # type: ignore[dict-item]
    "npgettext": ((1, "c"), 2, 3),  # type: ignore[dict-item]
}


def main() -> None:
    """Write every catalogue anew."""
    said = sentences()
    for language in LANGUAGES:
        catalogue = updated(language, said)
        po_path(language).write_bytes(as_po(catalogue))
        mo_path(language).write_bytes(as_mo(catalogue))
        missing = [message.id for message in catalogue if message.id and not is_translated(message)]
        print(f"{language}: {len(catalogue)} sentences, {len(missing)} to translate")


def po_path(language: str) -> Path:
    """Where the translations of a language are written down."""
    return LOCALE / language / "LC_MESSAGES" / "site.po"


def mo_path(language: str) -> Path:
    """Where the server reads them."""
    return po_path(language).with_suffix(".mo")


def sentences() -> Catalog:
    """Every sentence that the site says, as it stands in templates and modules."""
    catalogue = Catalog(project="Kinoteka", charset="utf-8")
    found = extract_from_dir(
        SITE, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    for path, _, message, comments, context in sorted(found, key=lambda each: each[:2]):
        catalogue.add(message, None, [(path, 0)], auto_comments=comments, context=context)
    return catalogue


def read(language: str) -> Catalog:
    """The translations as they are."""
    with po_path(language).open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def updated(language: str, said: Catalog) -> Catalog:
    """The translations of what is said, and room for what is new."""
    known = read(language) if po_path(language).is_file() else Catalog(locale=language)
    catalogue = Catalog(
        language,
        project="Kinoteka",
        header_comment=HEADER,
        charset="utf-8",
        fuzzy=False,
        creation_date=WRITTEN,
        revision_date=WRITTEN,
    )
    for message in said:
        if message.id:
            before = known.get(message.id, message.context)
            if before is not None:
                message.string = before.string
            catalogue[message.id] = message
    return catalogue


def is_translated(message: object) -> bool:
    """Whether a sentence has its words, in every form of the plural."""
    words = message.string  # type: ignore[attr-defined]
    return all(words) if isinstance(words, tuple) else bool(words)


def as_po(catalogue: Catalog) -> bytes:
    """The translations as a text; without what changes by itself."""
    file = BytesIO()
    write_po(file, catalogue, width=100, sort_by_file=True, omit_header=False, include_lineno=False)
    lines = (line for line in file.getvalue().splitlines(True) if not line.startswith(MOVING))
    return b"".join(lines)


def as_mo(catalogue: Catalog) -> bytes:
    """Return the translations as the server reads them, with spaces that do not break lines."""
    bound = Catalog(
        catalogue.locale,
        charset="utf-8",
        fuzzy=False,
        creation_date=WRITTEN,
        revision_date=WRITTEN,
    )
    for message in catalogue:
        if message.id and is_translated(message):
            words = message.string
            forms = tuple(map(bind, words)) if isinstance(words, tuple) else bind(str(words))
            bound.add(message.id, forms, context=message.context)
    file = BytesIO()
    write_mo(file, bound)
    return file.getvalue()


if __name__ == "__main__":
    main()
