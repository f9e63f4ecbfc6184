from kinoteka.core.access.model import Actor
from kinoteka.core.sessions.cache import SessionCache
from kinoteka.core.sessions.model import CachedSession


def session(session_id, account_id=1):
    actor = Actor(account_id, session_id, False, (), frozenset(), ())
    return CachedSession(actor, ends_at=0, expires_at=0, last_seen_at=0, stored_last_seen_at=0)


def held(cache):
    """What is held about whom: nothing may be left of a session that is gone."""
    return {account: sorted(ids) for account, ids in cache._of_account.items()}


def test_is_found_by_id_and_by_token():
    cache, one, two = SessionCache(), session(1), session(2)
    cache.set(one, "a")
    cache.set(two, None)
    assert (cache.get(1), cache.get_by_token("a")) == (one, one)
    assert (cache.get(2), cache.get_by_token("b")) == (two, None)


def test_the_token_may_be_learned_later_and_is_not_lost():
    cache = SessionCache()
    cache.set(session(1), None)
    cache.set(session(1), "a")
    newest = session(1)
    cache.set(newest, None)
    assert cache.get_by_token("a") is newest
    cache.drop(1)
    assert cache.get_by_token("a") is None


def test_one_is_dropped_however_it_is_asked_for():
    cache = SessionCache()
    for number in (1, 2):
        cache.set(session(number), f"token {number}")
    cache.drop(1)
    cache.drop(1)
    assert cache.get(1) is None
    assert cache.get_by_token("token 1") is None
    assert cache.get_by_token("token 2") is not None
    assert held(cache) == {1: [2]}


def test_all_of_one_account_are_dropped():
    cache = SessionCache()
    for number in range(6):
        cache.set(session(number, account_id=number % 2), f"token {number}")
    cache.drop_account(0)
    cache.drop_account(7)
    assert [number for number in range(6) if cache.get(number)] == [1, 3, 5]
    assert held(cache) == {1: [1, 3, 5]}


def test_who_leaves_for_want_of_room_leaves_nothing_behind():
    cache = SessionCache(limit=3)
    for number in range(10):
        cache.set(session(number, account_id=number // 2), f"token {number}")
    assert [number for number in range(10) if cache.get(number)] == [7, 8, 9]
    assert [number for number in range(10) if cache.get_by_token(f"token {number}")] == [7, 8, 9]
    assert held(cache) == {3: [7], 4: [8, 9]}
    assert len(cache.values()) == 3


def test_use_keeps_a_session():
    cache = SessionCache(limit=2)
    cache.set(session(1), "a")
    cache.set(session(2), "b")
    cache.get_by_token("a")
    cache.set(session(3), "c")
    assert cache.get(1) is not None
    assert cache.get(2) is None


def test_everything_is_dropped():
    cache = SessionCache()
    cache.set(session(1), "a")
    cache.clear()
    assert (cache.get(1), cache.get_by_token("a"), cache.values()) == (None, None, [])
    assert held(cache) == {}
