"""Several cases of one claim in one test, which keeps the name of each."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def named(values: Iterable[str]) -> dict[str, str]:
    """Return texts as cases. Each has its beginning as its name, which must be unique."""
    texts = list(values)
    cases = {text[:40]: text for text in texts}
    assert len(cases) == len(texts), "two cases begin alike"
    return cases


def check_each(cases: Mapping[str, T], check: Callable[[T], None]) -> None:
    """Check every case, and only then fail, with the name of each case that failed.

    Raises:
        ExceptionGroup: the errors, each with a note that names its case.
    """
    errors: list[Exception] = []
    for name, case in cases.items():
        try:
            check(case)
        except Exception as error:
            error.add_note(f"In the case {name!r}.")
            errors.append(error)
    if errors:
        raise ExceptionGroup(f"{len(errors)} of {len(cases)} cases failed", errors)
