"""Search the messages of an account's chats.

Public operations: find.

Neither engine folds the case of every script without a special index, so Python compares the
messages. A search reads at most `MAX_MESSAGES` messages: the newest ones of the most recently
active chats.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.chats import queries
from kinoteka.core.chats.model import Message
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.text import clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.settings import Settings

MAX_TEXT_LENGTH = 200
MAX_RESULTS = 50
MAX_MESSAGES = 10_000
MAX_CHATS = 500
BATCH_SIZE = 500


class MessageSearch:
    """Search of messages by their words."""

    def __init__(self, settings: Settings, throttle: Throttle) -> None:
        self._search_limit = settings.search_limit
        self._throttle = throttle

    async def find(self, actor: Actor, unit: Unit, text: str) -> list[Message]:
        """Return the newest 50 messages that contain every word of the text, newest first.

        A word matches anywhere in a message, also inside words, in any case. No character is
        special.

        Raises:
            DomainError(UNAUTHORIZED, THROTTLED)
            DomainError(FIELD_INVALID): the text is too long or has characters that no message can
                contain.
        """
        account_id = actor.require_account()
        words = clean_text(text, "text", MAX_TEXT_LENGTH, multiline=True).casefold().split()
        if not words:
            return []
        await self._throttle.hit("message_search", self._search_limit, f"account:{account_id}")
        return await unit.read_in_thread(lambda reader: _find(reader, account_id, words))


def _find(reader: Reader, account_id: int, words: list[str]) -> list[Message]:
    found: list[int] = []
    ids = _newest_ids(reader, account_id)
    for start in range(0, len(ids), BATCH_SIZE):
        texts = reader.fetch(queries.TEXTS, ids=ids[start : start + BATCH_SIZE])
        found += sorted((id_ for id_, text in texts if _contains(text, words)), reverse=True)
        if len(found) >= MAX_RESULTS:
            break
    return reader.fetch(queries.BY_IDS, ids=found[:MAX_RESULTS])


def _newest_ids(reader: Reader, account_id: int) -> list[int]:
    chats = len(reader.fetch(queries.RECENT_CHATS, account_id=account_id, chats=MAX_CHATS))
    if not chats:
        return []
    each = MAX_MESSAGES // chats
    rows = reader.fetch(
        queries.NEWEST_IDS, account_id=account_id, chats=MAX_CHATS, skipped=each - 1
    )
    return sorted((row[0] for row in rows), reverse=True)[:MAX_MESSAGES]


def _contains(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)
