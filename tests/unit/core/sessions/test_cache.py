from kinoteka.core.access.model import Actor
from kinoteka.core.sessions.cache import SessionCache
from kinoteka.core.sessions.model import CachedSession


def session(session_id, account_id=1):
    actor = Actor(account_id, session_id, False, (), frozenset(), ())
    return CachedSession(actor, ends_at=0, expires_at=0, last_seen_at=0, stored_last_seen_at=0)


def ids_by_account(cache):
    """Return the ids in the index by account, which must not contain removed sessions."""
    return {account: sorted(ids) for account, ids in cache._by_account.items()}


def test_session_is_found_by_id_and_by_token():
    cache, one, two = SessionCache(), session(1), session(2)
    cache.set(one, "a")
    cache.set(two, None)
    assert (cache.get(1), cache.get_by_token("a")) == (one, one)
    assert (cache.get(2), cache.get_by_token("b")) == (two, None)


def test_token_can_be_added_later_and_is_retained():
    cache = SessionCache()
    cache.set(session(1), None)
    cache.set(session(1), "a")
    newest = session(1)
    cache.set(newest, None)
    assert cache.get_by_token("a") is newest
    cache.invalidate(1)
    assert cache.get_by_token("a") is None


def test_invalidated_session_is_not_found_by_id_or_token():
    cache = SessionCache()
    for number in (1, 2):
        cache.set(session(number), f"token {number}")
    cache.invalidate(1)
    cache.invalidate(1)
    assert cache.get(1) is None
    assert cache.get_by_token("token 1") is None
    assert cache.get_by_token("token 2") is not None
    assert ids_by_account(cache) == {1: [2]}


def test_all_sessions_of_an_account_are_invalidated():
    cache = SessionCache()
    for number in range(6):
        cache.set(session(number, account_id=number % 2), f"token {number}")
    cache.invalidate_account(0)
    cache.invalidate_account(7)
    assert [number for number in range(6) if cache.get(number)] == [1, 3, 5]
    assert ids_by_account(cache) == {1: [1, 3, 5]}


def test_evicted_session_is_removed_from_all_indexes():
    cache = SessionCache(limit=3)
    for number in range(10):
        cache.set(session(number, account_id=number // 2), f"token {number}")
    assert [number for number in range(10) if cache.get(number)] == [7, 8, 9]
    assert [number for number in range(10) if cache.get_by_token(f"token {number}")] == [7, 8, 9]
    assert ids_by_account(cache) == {3: [7], 4: [8, 9]}
    assert len(cache.values()) == 3


def test_least_recently_used_session_is_evicted():
    cache = SessionCache(limit=2)
    cache.set(session(1), "a")
    cache.set(session(2), "b")
    cache.get_by_token("a")
    cache.set(session(3), "c")
    assert cache.get(1) is not None
    assert cache.get(2) is None


def test_clear_removes_all_sessions():
    cache = SessionCache()
    cache.set(session(1), "a")
    cache.clear()
    assert (cache.get(1), cache.get_by_token("a"), cache.values()) == (None, None, [])
    assert ids_by_account(cache) == {}
