from kinoteka.core.access.conflicts import unreachable_roles
from kinoteka.database.blocking import reading
from tests.support.databases import execute


def test_role_with_the_name_of_an_older_role_is_returned(settings):
    insert = "INSERT INTO roles (id, name, name_key) VALUES (?, ?, ?)"
    for role in ((11, "ﬁlms", "films"), (12, "films", "films#12"), (13, "C#", "c#")):
        execute(settings, insert, *role)
    with reading(settings) as reader:
        assert unreachable_roles(reader) == ["films"]
