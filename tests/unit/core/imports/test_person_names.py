"""Names of people in other languages."""

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.person_names import store_person_names
from tests.support.databases import write_transaction

NAMES = """
SELECT language, people.name, person_names.name
FROM person_names JOIN people ON people.id = person_id
"""


def test_names_of_known_people_are_stored_once(stored):
    stored.run([film("1", "Alien", directors=["Ridley Scott"])])
    for name in ("Ридли", "Ридли Скотт"):
        with write_transaction(stored.settings) as reader:
            store_person_names(reader, "ru", {"ridley  scott": name, "Nobody": "Никто"})
    assert stored.rows(NAMES) == [("ru", "Ridley Scott", "Ридли Скотт")]
