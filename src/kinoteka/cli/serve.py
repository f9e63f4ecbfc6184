"""The command `kinoteka serve`."""

import gc
import sys
from pathlib import Path

import click

from kinoteka.cli.options import SettingValue, data_option
from kinoteka.cli.preparation import prepare, run_in_child
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings


@click.command()
@click.option("--host", help="Address to listen on (KINOTEKA_HOST; 127.0.0.1).")
@click.option("--port", type=SettingValue("port"), help="Port (KINOTEKA_PORT; 8000).")
@click.option("--unix-socket", help="Unix socket instead of an address (KINOTEKA_UNIX_SOCKET).")
@data_option
@click.option("--no-demo", is_flag=True, help="Start with an empty catalogue.")
@click.option("--workers", type=SettingValue("workers"), help="Processes (KINOTEKA_WORKERS; 1).")
def serve(
    host: str | None,
    port: str | None,
    unix_socket: str | None,
    data: Path | None,
    no_demo: bool,
    workers: str | None,
) -> None:
    """Run the server. The first start creates the database."""

    def load_settings() -> Settings:
        return config.load(
            host=host,
            port=port,
            unix_socket=unix_socket,
            data=data,
            demo=False if no_demo else None,
            workers=workers,
        )

    settings = load_settings()
    if settings.workers == 1:
        gc.disable()  # until the server listens: a start leaves few reference cycles
        from kinoteka.server import process

        prepare(settings)
        sys.exit(process.serve(settings))
    from kinoteka.server import workers as supervisor

    run_in_child(lambda: prepare(settings))
    sys.exit(supervisor.serve(settings, load_settings))
