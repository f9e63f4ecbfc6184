"""Find roles that are older than the rule of unique names and violate it.

Public operations: unreachable_roles.
"""

from kinoteka.core.access import queries
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.comparison.names import compatible_key


def unreachable_roles(reader: Reader) -> list[str]:
    """Return the names of roles that equal the name of an older role except in case or width."""
    return [
        name for name, key in reader.fetch(queries.NAMES_AND_KEYS) if key != compatible_key(name)
    ]
