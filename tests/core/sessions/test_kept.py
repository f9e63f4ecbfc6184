from kinoteka.core.access.model import Actor
from kinoteka.core.sessions.kept import KeptSessions
from kinoteka.core.sessions.model import Entry


def entry(session_id, account_id=1):
    actor = Actor(account_id, session_id, False, (), frozenset(), ())
    return Entry(actor, dead_at=0, expires_at=0, last_seen_at=0, stored_seen_at=0)


def held(kept):
    """What is held about whom: nothing may be left of a session that is gone."""
    return {account: sorted(ids) for account, ids in kept._of_account.items()}


def test_is_found_by_id_and_by_token():
    kept, one, two = KeptSessions(), entry(1), entry(2)
    kept.keep(one, "a")
    kept.keep(two, None)
    assert (kept.by_id(1), kept.by_token("a")) == (one, one)
    assert (kept.by_id(2), kept.by_token("b")) == (two, None)


def test_the_token_may_be_learned_later_and_is_not_forgotten():
    kept = KeptSessions()
    kept.keep(entry(1), None)
    kept.keep(entry(1), "a")
    newest = entry(1)
    kept.keep(newest, None)
    assert kept.by_token("a") is newest
    kept.drop(1)
    assert kept.by_token("a") is None


def test_one_is_dropped_however_it_is_asked_for():
    kept = KeptSessions()
    for number in (1, 2):
        kept.keep(entry(number), f"token {number}")
    kept.drop(1)
    kept.drop(1)
    assert kept.by_id(1) is None
    assert kept.by_token("token 1") is None
    assert kept.by_token("token 2") is not None
    assert held(kept) == {1: [2]}


def test_all_of_one_account_are_dropped():
    kept = KeptSessions()
    for number in range(6):
        kept.keep(entry(number, account_id=number % 2), f"token {number}")
    kept.drop_account(0)
    kept.drop_account(7)
    assert [number for number in range(6) if kept.by_id(number)] == [1, 3, 5]
    assert held(kept) == {1: [1, 3, 5]}


def test_who_leaves_for_want_of_room_leaves_nothing_behind():
    kept = KeptSessions(limit=3)
    for number in range(10):
        kept.keep(entry(number, account_id=number // 2), f"token {number}")
    assert [number for number in range(10) if kept.by_id(number)] == [7, 8, 9]
    assert [number for number in range(10) if kept.by_token(f"token {number}")] == [7, 8, 9]
    assert held(kept) == {3: [7], 4: [8, 9]}
    assert len(kept.entries()) == 3


def test_use_keeps_a_session():
    kept = KeptSessions(limit=2)
    kept.keep(entry(1), "a")
    kept.keep(entry(2), "b")
    kept.by_token("a")
    kept.keep(entry(3), "c")
    assert kept.by_id(1) is not None
    assert kept.by_id(2) is None


def test_everything_is_forgotten():
    kept = KeptSessions()
    kept.keep(entry(1), "a")
    kept.clear()
    assert (kept.by_id(1), kept.by_token("a"), kept.entries()) == (None, None, [])
    assert held(kept) == {}
