"""What goes on in the background of a running server."""

import asyncio

from databases import execute
from kinoteka.app import running
from waiting import PATIENCE, until


async def test_changes_of_others_are_looked_for_even_after_a_look_that_failed(
    settings, services, capsys
):
    told = asyncio.Event()
    async with running(settings) as server:
        server.revisions.on_foreign_change("library", told.set)
        execute(settings, "ALTER TABLE revisions RENAME TO hidden")
        await until(lambda: "_look" in capsys.readouterr().out)  # it is logged
        execute(settings, "ALTER TABLE hidden RENAME TO revisions")
        execute(settings, "UPDATE revisions SET value = value + 1")
        await asyncio.wait_for(told.wait(), PATIENCE)
