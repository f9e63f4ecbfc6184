"""How long failed jobs wait."""

from itertools import pairwise

from kinoteka.core.jobs.model import MAX_ATTEMPTS, delay_after
from kinoteka.infrastructure.clock import HOUR, SECOND


def test_delay_grows_from_ten_seconds_to_six_hours():
    delays = [delay_after(attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]
    assert delays[0] == 10 * SECOND
    assert delays[-1] == 6 * HOUR
    assert all(earlier <= later for earlier, later in pairwise(delays))
