"""Show the selections of the demo catalogue in the reader's language.

Public operations: text_in_language, in_language, all_texts.

The database stores the English texts. Texts that an operator has changed stay as they are.
"""

from functools import cache
from importlib.resources import files

import msgspec

from kinoteka.core.library.model import Selection


def text_in_language(text: str, language: str) -> str:
    """Return a text of a selection of the site in a language, if the text is the demo's."""
    return _translations().get(language, {}).get(text, text)


def in_language(selection: Selection, language: str) -> Selection:
    """Return a selection in a language. Selections of accounts stay as they are."""
    if selection.account_id is not None:
        return selection
    return msgspec.structs.replace(
        selection,
        title=text_in_language(selection.title, language),
        description=text_in_language(selection.description, language),
    )


def all_texts(text: str) -> tuple[str, ...]:
    """Return a text of a selection of the site in every language."""
    texts = (text, *(text_in_language(text, language) for language in _translations()))
    return tuple(dict.fromkeys(texts))


@cache
def _translations() -> dict[str, dict[str, str]]:
    """Return the translations of the demo's texts by language."""
    content = files(__package__).joinpath("demo_texts_ru.json").read_bytes()
    return {"ru": msgspec.json.decode(content, type=dict[str, str])}
