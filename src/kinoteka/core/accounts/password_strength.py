"""Estimate the strength of a password while the user types it: a hint, not a rule.

Public operations: estimate.

The password is neither stored nor logged. The library zxcvbn takes 14 MB of memory, so it is
loaded for the first estimate. It is not thread-safe, so a single thread uses it.
"""

from typing import Any

import msgspec

from kinoteka.core.accounts.passwords import check_password, site_names
from kinoteka.core.rate_limits import Throttle
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.settings import Settings
from kinoteka.infrastructure.worker_threads import Workers

ESTIMATED_LENGTH = 20
"""The number of characters that are estimated: doubling it can take ten times as long."""
QUEUE = 20
SECONDS_PER_ESTIMATE = 0.02
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
    """A score from 0 (rejected, or guessed at once) to 4, and the reason for a low score.

    The reason is one of those of `PASSWORD_INVALID`, or words, keys, repeats, sequence, dates or
    short.
    """

    score: int
    reason: str | None = None


class PasswordStrength:
    """Estimates the strength of passwords."""

    def __init__(self, settings: Settings, throttle: Throttle) -> None:
        self._limit = settings.password_hint_limit
        self._site_names = site_names(settings)
        self._throttle = throttle
        self._workers = Workers(
            "password-strength", threads=1, queue=QUEUE, seconds_each=SECONDS_PER_ESTIMATE
        )

    async def estimate(self, address: str, password: str, known: tuple[str, ...] = ()) -> Strength:
        """Return the strength of a password.

        `known` are names of the user, which an attacker would try. `address` is rate limited.


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
        return await self._workers.run(lambda: _estimate(normal[:ESTIMATED_LENGTH], personal))

    def close(self) -> None:
        """Reject further work. Do not wait for work in progress."""
        self._workers.close()


def _estimate(password: str, personal: list[str]) -> Strength:
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
