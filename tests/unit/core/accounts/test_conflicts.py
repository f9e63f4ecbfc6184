from kinoteka.core.accounts.conflicts import look_alikes, unreachable_addresses
from kinoteka.database.blocking import reading
from kinoteka.infrastructure.comparison.look_alikes import skeleton
from tests.support.databases import execute

INSERT = (
    "INSERT INTO accounts (id, username, username_key, username_skeleton, email, email_key,"
    " password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?, 'x', 0)"
)


def add(settings, account_id, username=None, email=None, email_key=None):
    key = username and username.lower()
    values = (username, key, username and skeleton(username), email, email_key)
    execute(settings, INSERT, account_id, *values)


def test_usernames_that_look_alike_are_returned_unless_both_are_in_ascii(settings):
    for number, name in enumerate(["user1", "userl", "coco", "сосо", "СoСo", "anna"], start=1):
        add(settings, number, name)
    with reading(settings) as reader:
        found = look_alikes(reader, 20)
        assert len(look_alikes(reader, 2)) == 2
    assert found == [("сосо", "coco"), ("СoСo", "coco"), ("СoСo", "сосо")]


def test_account_whose_address_an_older_account_has_is_returned(settings):
    add(settings, 1, email="z@bücher.example", email_key="z@xn--bcher-kva.example")
    add(settings, 2, email="z@BÜCHER.example", email_key="z@xn--bcher-kva.example#2")
    add(settings, 3, email="a#b@example.com", email_key="a#b@example.com")
    with reading(settings) as reader:
        assert unreachable_addresses(reader) == [2]
