from kinoteka.storage.cache import BoundedMap


def test_what_was_not_asked_for_longest_goes_first():
    kept = BoundedMap(2)
    kept.set("a", 1)
    kept.set("b", 2)
    kept.get("a")
    kept.set("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_sizes_count_and_not_entries():
    kept = BoundedMap(10)
    kept.set("small", 1, 4)
    kept.set("large", 2, 9)
    assert (kept.get("small"), kept.get("large")) == (None, 2)


def test_what_is_larger_than_everything_is_not_kept():
    kept = BoundedMap(10)
    kept.set("small", 1, 4)
    kept.set("huge", 2, 11)
    assert (kept.get("small"), kept.get("huge")) == (1, None)


def test_setting_again_replaces_the_size():
    kept = BoundedMap(10)
    for _ in range(5):
        kept.set("a", 1, 9)
    kept.set("b", 2, 1)
    assert len(kept) == 2


def test_dropping_and_clearing():
    kept = BoundedMap(10)
    kept.set("a", 1)
    kept.set("b", 2)
    assert (kept.drop("a"), kept.drop("a"), kept.values()) == (1, None, [2])
    kept.clear()
    assert len(kept) == 0
