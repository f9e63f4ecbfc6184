from kinoteka.core.imports.number_cache import NumberCache


class Key:
    """A key with a chosen hash."""

    def __init__(self, value):
        self._value = value

    def __hash__(self):
        return self._value


def test_number_of_a_key_is_cached():
    cache = NumberCache(8)
    cache.set(("Ann", "imdb", "nm1"), 7)
    assert cache.get(("Ann", "imdb", "nm1")) == 7


def test_unknown_key_has_no_number():
    assert NumberCache(8).get("Ann") == 0


def test_key_whose_hash_is_zero_has_no_number_before_it_is_set():
    cache = NumberCache(8)
    assert cache.get(Key(0)) == 0
    cache.set(Key(0), 3)
    assert cache.get(Key(0)) == 3


def test_later_key_replaces_another_one_at_its_place():
    cache = NumberCache(8)
    cache.set(Key(1), 1)
    cache.set(Key(9), 2)
    assert (cache.get(Key(1)), cache.get(Key(9))) == (0, 2)
