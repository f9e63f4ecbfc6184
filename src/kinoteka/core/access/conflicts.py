"""Roles from before a rule that have the name of another one.

Public operations: unreachable_roles.
"""

from kinoteka.core.access import queries
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.comparison.names import compatible_key


def unreachable_roles(reader: Reader) -> list[str]:
    """Return the names of roles that differ from an older one in case or width alone."""
    return [
        name for name, key in reader.fetch(queries.NAMES_AND_KEYS) if key != compatible_key(name)
    ]
