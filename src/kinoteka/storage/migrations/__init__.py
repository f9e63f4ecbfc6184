"""Migrations: bring a database to the newest schema, once, whoever asks first.

The revisions in `versions/` are named NNNN_what.py and form one line. Alembic itself, slow to
import, is only loaded when there is something to do.
"""

import fcntl
import sqlite3
from pathlib import Path

from kinoteka.storage.sqlite import connect

VERSIONS = Path(__file__).parent / "versions"


def newest() -> str:
    """The newest revision that this code knows."""
    return max(path.stem for path in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def current(path: Path) -> str | None:
    """The revision of the database file; None where there is none yet."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return None if row is None else str(row[0])


def migrate(path: Path) -> bool:
    """Bring the database file to the newest revision; whether there was anything to do.

    Two processes may ask at once: a lock beside the file lets one do it, and the other then
    finds it done.
    """
    if current(path) == newest():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if current(path) == newest():
            return False
        _upgrade(path)
    return True


def _upgrade(path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    raw = connect(path)
    engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
        raw.close()
