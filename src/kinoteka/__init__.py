"""Kinoteka: a self-hosted server for a film community."""

import sys


def _import_structlog_without_rich() -> None:
    """Import structlog as if rich were not installed.

    structlog uses rich to print tracebacks in colour, which Kinoteka does not do. Importing rich
    takes 60 ms of processor time and 4 MB at each start of a server.
    """
    if "rich" not in sys.modules:
        sys.modules["rich"] = None  # type: ignore[assignment]  # "not installed"
        try:
            import structlog  # noqa: F401
        finally:
            del sys.modules["rich"]


_import_structlog_without_rich()
