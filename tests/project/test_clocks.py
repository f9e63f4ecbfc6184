"""The wall clock is read where a moment is meant; durations are measured by other clocks."""

import re
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "kinoteka"
WALL = re.compile(r"\btime\.time(_ns)?\(|\bdatetime\.(now|utcnow|today)\(|\bdate\.today\(|st_mtime")

MOMENTS = {
    "infrastructure/clock.py": "what the database holds",
    "core/tokens/service.py": "the claims iat and exp",
    "core/accounts/names.py": "a birthday is not in the future",
    "database/backup/rotation.py": "a backup's name says when it was made",
    "database/inspection.py": "compares this clock with that of the database",
    "server/process_metrics.py": "the start time of the process, for Prometheus",
}


def test_wall_clock_is_read_only_where_a_moment_is_meant() -> None:
    reading = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "versions" not in path.parts and WALL.search(path.read_text(encoding="utf-8"))
    }
    assert reading == set(MOMENTS)
