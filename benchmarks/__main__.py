"""Run the benchmarks: all, or those named on the command line.

Ratios are within one run on one machine; the figures beside them are only for this machine.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    catalogue,
    chat_connections,
    import_extras,
    import_postgresql,
    reads,
    relevance,
    search,
    sign_in,
    site,
    start,
    writes,
)
from benchmarks.peers import comparison

FILMS = 1_000_000
DEMO_FILMS = 486
NAMES = (
    "start",
    "reads",
    "depth",
    "random",
    "sign-in",
    "writes",
    "site",
    "chats",
    "import",
    "import-extras",
    "search",
    "relevance",
    "import-postgresql",
    "search-postgresql",
    "peers",
)


def main() -> None:
    """Run the benchmarks that were named and print a table."""
    wanted = sys.argv[1:] or NAMES
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    table = Table("what", "reference", "measured", "ratio", "target")

    def show(what: str, reference: float, measured: float, ratio: float, target: str) -> None:
        table.add_row(
            what,
            f"{reference:,.2f}" if reference else "",
            f"{measured:,.2f}",
            f"{ratio:.2f}" if ratio else "",
            target,
        )
        print(f"{what}: {reference:,.2f} → {measured:,.2f}, {ratio:.2f} {target}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        _measure(wanted, Path(folder), show)
    Console().print(table)


def _measure(wanted: Sequence[str], folder: Path, show: Callable[..., None]) -> None:
    if "start" in wanted:
        start.run(show)
    for name, module in (
        ("reads", reads),
        ("sign-in", sign_in),
        ("writes", writes),
        ("chats", chat_connections),
        ("import-extras", import_extras),
    ):
        if name in wanted:
            module.run(folder / ("extras" if module is import_extras else "demo"), show)
    if "site" in wanted:
        site.run(folder / "demo", DEMO_FILMS, show)
    if "random" in wanted:
        catalogue.build(folder / "random" / "data", reads.RANDOM_FILMS, None)
        reads.run_random(folder / "random" / "data", show)
    if {"depth", "import", "search", "relevance", "site"} & set(wanted):
        _measure_a_million(wanted, folder, show)
    if "search-postgresql" in wanted:
        search.run(folder / "search", FILMS, show, on_postgresql=True)
    if "import-postgresql" in wanted:
        import_postgresql.run(folder / "postgresql", FILMS, show)
    if "peers" in wanted:
        comparison.run(folder, show)


def _measure_a_million(wanted: Sequence[str], folder: Path, show: Callable[..., None]) -> None:
    million = folder / "million"
    if "relevance" in wanted:
        relevance.run(folder / "relevance", FILMS, show)
    if not {"depth", "import", "search", "site"} & set(wanted):
        return
    catalogue.build(million, FILMS, show if "import" in wanted else None)
    if "depth" in wanted:
        reads.run_depth(million, FILMS, show)
    if "site" in wanted:
        site.run(million, FILMS, show)
    if "search" in wanted:
        catalogue.run_search(million, show)
        search.run(folder / "search", FILMS, show)


if __name__ == "__main__":
    main()
