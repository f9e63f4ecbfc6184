from kinoteka.infrastructure.cache import BoundedMap, RecentKeys


def test_least_recently_used_entry_is_evicted_first():
    cache: BoundedMap[str, int] = BoundedMap(2)
    cache.set("a", 1)
    cache.set("b", 2)
    cache.get("a")
    cache.set("c", 3)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)


def test_limit_applies_to_sizes_not_to_entries():
    cache: BoundedMap[str, int] = BoundedMap(10)
    cache.set("small", 1, 4)
    cache.set("large", 2, 9)
    assert (cache.get("small"), cache.get("large")) == (None, 2)


def test_value_above_the_limit_is_not_stored():
    cache: BoundedMap[str, int] = BoundedMap(10)
    cache.set("small", 1, 4)
    cache.set("huge", 2, 11)
    assert (cache.get("small"), cache.get("huge")) == (1, None)


def test_overwriting_a_value_replaces_its_size():
    cache: BoundedMap[str, int] = BoundedMap(10)
    for _ in range(5):
        cache.set("a", 1, 9)
    cache.set("b", 2, 1)
    assert len(cache) == 2


def test_removed_and_cleared_entries_free_their_size():
    cache: BoundedMap[str, int] = BoundedMap(10)
    cache.set("a", 1)
    cache.set("b", 2)
    assert (cache.remove("a"), cache.remove("a"), cache.values()) == (1, None, [2])
    cache.clear()
    assert len(cache) == 0


def test_recent_key_is_remembered_when_it_is_added_again():
    keys = RecentKeys(2**20)
    assert [keys.add(("a", b"1")), keys.add(("a", b"2")), keys.add(("a", b"1"))] == [
        False,
        False,
        True,
    ]


def test_key_is_forgotten_when_another_takes_its_place():
    keys = RecentKeys(1)
    assert [keys.add("a"), keys.add("b"), keys.add("a")] == [False, False, False]
