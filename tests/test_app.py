"""What goes on in the background of a running server."""

import asyncio
import sqlite3

from kinoteka.app import running


async def test_changes_of_others_are_looked_for_even_after_a_look_that_failed(settings, services):
    told = asyncio.Event()
    async with running(settings) as server:
        server.revisions.on_foreign_change("library", told.set)
        await change(services.database.path, "ALTER TABLE revisions RENAME TO hidden")
        await asyncio.sleep(1.2)
        await change(services.database.path, "ALTER TABLE hidden RENAME TO revisions")
        await change(services.database.path, "UPDATE revisions SET value = value + 1")
        await asyncio.wait_for(told.wait(), 5)


async def change(path, statement):
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
