"""Roles from before a rule that have the name of another one.

Public operations: unreachable_roles.
"""

from kinoteka.comparison.names import compatible_key
from kinoteka.core.access import queries
from kinoteka.storage.database import Reader


def unreachable_roles(reader: Reader) -> list[str]:
    """Return the names of roles that differ from an older one in case or width alone."""
    return [
        name for name, key in reader.fetch(queries.NAMES_AND_KEYS) if key != compatible_key(name)
    ]
