"""How well a password withstands guessing, told while it is being chosen; a hint, not a rule.

Public operations: judge.

What is judged is neither stored nor logged. The library zxcvbn takes 14 MB, so it is loaded when
somebody first asks; it is not made for several threads at once, so there is one.
"""

from typing import Any

import msgspec

from kinoteka.core.accounts.passwords import check_password, site_names
from kinoteka.core.rate_limits import Throttle
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.worker_threads import Workers

ESTIMATED_LENGTH = 20
"""Of how many characters: twice as many of the worst kind take ten times as long."""
QUEUE = 20
SECONDS_EACH = 0.02
STRONG = 3
STRONGEST = 4
REASONS = {
    "spatial": "keys",
    "repeat": "repeats",
    "sequence": "sequence",
    "date": "dates",
    "regex": "dates",
    "bruteforce": "short",
}


class Strength(msgspec.Struct, frozen=True):
    """From 0 (would be refused or guessed at once) to 4, and what makes it weak, if anything.

    The reason is one of those of `PASSWORD_INVALID` or: words, keys, repeats, sequence, dates,
    short.
    """

    score: int
    reason: str | None = None


class PasswordStrength:
    """Judges passwords as they are being chosen."""

    def __init__(self, settings: Settings, throttle: Throttle) -> None:
        self._limit = settings.password_hint_limit
        self._site_names = site_names(settings)
        self._throttle = throttle
        self._workers = Workers(
            "password-strength", threads=1, queue=QUEUE, seconds_each=SECONDS_EACH
        )

    async def judge(self, address: str, password: str, known: tuple[str, ...] = ()) -> Strength:
        """How strong a password is for somebody of whom `known` can be known; `address` asks.

        Raises:
            DomainError(THROTTLED, BUSY)
        """
        await self._throttle.hit("password_hint", self._limit, address)
        try:
            normal = check_password(password, (*self._site_names, *known))
        except DomainError as error:
            if error.code != Code.PASSWORD_INVALID:
                raise
            return Strength(0, str(error.parameters["reason"]))
        personal = [
            word[:ESTIMATED_LENGTH] for text in known for word in (text, *text.split("@")) if word
        ]
        return await self._workers.run(lambda: _judge(normal[:ESTIMATED_LENGTH], personal))

    def close(self) -> None:
        """Begin nothing more, without waiting for what is under way."""
        self._workers.close()


def _judge(password: str, personal: list[str]) -> Strength:
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    result: dict[str, Any] = zxcvbn(password, user_inputs=personal)
    score = min(int(result["score"]), STRONGEST)
    if score >= STRONG:
        return Strength(score)
    longest = max(result["sequence"], key=lambda match: len(match["token"]))
    return Strength(score, _reason(longest))


def _reason(match: dict[str, Any]) -> str:
    if match["pattern"] == "dictionary":
        return {"user_inputs": "personal", "passwords": "common"}.get(
            match["dictionary_name"], "words"
        )
    return REASONS.get(match["pattern"], "short")
