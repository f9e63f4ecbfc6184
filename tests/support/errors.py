"""Assertions about errors of the core."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kinoteka.errors import Code, DomainError


@contextmanager
def raises_error(code: Code, **parameters: object) -> Iterator[None]:
    """Assert that the block raises a `DomainError` with this code and at least these parameters."""
    with pytest.raises(DomainError) as error:
        yield
    assert error.value.code == code
    assert parameters.items() <= error.value.parameters.items()
