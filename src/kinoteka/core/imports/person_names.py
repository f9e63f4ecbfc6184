"""Store the names of people in another language.

Public operations: store_person_names.
"""

from collections.abc import Mapping

from kinoteka.core.imports import queries
from kinoteka.core.imports.names import name_key
from kinoteka.database.interface import Reader


def store_person_names(reader: Reader, language: str, names: Mapping[str, str]) -> None:
    """Store names of people in a language, by the names in the catalogue. Skip unknown people."""
    for name, translated in names.items():
        key = {"name_key": name_key(name), "language": language}
        reader.fetch(queries.DELETE_PERSON_NAMES, **key)
        reader.fetch(queries.ADD_PERSON_NAMES, **key, name=translated)
