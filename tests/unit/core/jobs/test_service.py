"""The queue of jobs: leases, keys, retries and failures."""

import asyncio

import msgspec
import pytest

from kinoteka.core.jobs.model import LEASE, MAX_ATTEMPTS, Job, JobFailed, delay_after
from kinoteka.core.jobs.service import FAILED_KEPT
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError


class Note(msgspec.Struct):
    """A payload."""

    text: str


class Queue:
    """The queue of a server; each step is a transaction of its own."""

    def __init__(self, services: Services) -> None:
        self._database, self.jobs = services.database, services.jobs

    async def add(self, text: str = "", **options: object) -> None:
        async with unit_of_work(self._database) as unit:
            await self.jobs.add(unit, "note", Note(text), **options)  # type: ignore[arg-type]

    async def claim(self, most: int = 100) -> list[Job]:
        async with unit_of_work(self._database) as unit:
            return await self.jobs.claim(unit, most)

    async def fail(self, job: Job, error: Exception) -> bool:
        async with unit_of_work(self._database) as unit:
            return await self.jobs.fail(unit, job, error)

    async def complete(self, job: Job) -> None:
        async with unit_of_work(self._database) as unit:
            await self.jobs.complete(unit, job)

    async def renew(self, job: Job) -> bool:
        async with unit_of_work(self._database) as unit:
            return await self.jobs.renew(unit, job)

    async def states(self):
        async with unit_of_work(self._database) as unit:
            return await self.jobs.unfinished(unit)


@pytest.fixture
def queue(services: Services) -> Queue:
    return Queue(services)


async def claimed(queue: Queue) -> Job:
    [job] = await queue.claim()
    return job


async def test_job_is_claimed_once_by_workers_that_ask_at_once(queue):
    for number in range(10):
        await queue.add(str(number))
    batches = await asyncio.gather(*(queue.claim(3) for _ in range(8)))
    ids = [job.id for batch in batches for job in batch]
    assert len(ids) == len(set(ids)) == 10


async def test_claimed_job_has_its_payload(queue):
    await queue.add("Ёлки")
    job = await claimed(queue)
    assert msgspec.json.decode(job.payload, type=Note) == Note("Ёлки")
    assert job.attempts == 1


async def test_job_of_a_rolled_back_unit_does_not_exist(queue, services):
    with pytest.raises(DomainError):
        async with unit_of_work(services.database) as unit:
            await services.jobs.add(unit, "note")
            raise DomainError(Code.BUSY)
    assert await queue.claim() == []


async def test_job_is_not_due_before_its_time(queue, services, clock):
    await queue.add(run_at=1)
    await queue.complete(await claimed(queue))
    await queue.add(run_at=2**50)
    assert await queue.claim() == []
    async with unit_of_work(services.database) as unit:
        assert not await services.jobs.has_due(unit)


async def test_job_is_taken_over_when_its_lease_expires(queue, clock):
    await queue.add()
    first = await claimed(queue)
    clock.advance(seconds=LEASE / 1000 - 1)
    assert await queue.claim() == []
    clock.advance(seconds=2)
    second = await claimed(queue)
    assert (second.id, second.attempts) == (first.id, 2)


async def test_renewed_lease_is_not_taken_over(queue, clock):
    await queue.add()
    job = await claimed(queue)
    clock.advance(seconds=LEASE / 1000 - 1)
    assert await queue.renew(job)
    clock.advance(seconds=2)
    assert await queue.claim() == []


async def test_worker_whose_lease_was_taken_over_ends_nothing(queue, clock):
    await queue.add()
    late = await claimed(queue)
    clock.advance(seconds=LEASE / 1000 + 1)
    current = await claimed(queue)
    assert not await queue.renew(late)
    await queue.complete(late)
    await queue.fail(late, JobFailed("too late", is_final=True))
    [state] = await queue.states()
    assert (state.attempts, state.last_error, state.failed_at) == (2, None, None)
    await queue.complete(current)
    assert await queue.states() == []


async def test_released_job_is_claimed_at_once(queue, services):
    await queue.add()
    job = await claimed(queue)
    async with unit_of_work(services.database) as unit:
        await services.jobs.release(unit, job)
    assert (await claimed(queue)).attempts == 2


async def test_failed_attempt_is_repeated_later_and_its_error_kept(queue, clock):
    await queue.add()
    assert await queue.fail(await claimed(queue), JobFailed("the server refuses the address"))
    assert await queue.claim() == []
    assert [state.last_error for state in await queue.states()] == [
        "the server refuses the address"
    ]
    clock.advance(seconds=delay_after(1) / 1000 + 1)
    assert (await claimed(queue)).attempts == 2


async def test_job_fails_for_good_after_its_last_attempt(queue, clock):
    await queue.add()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        clock.advance(days=1)
        job = await claimed(queue)
        assert await queue.fail(job, JobFailed("no answer")) == (attempt < MAX_ATTEMPTS)
    clock.advance(days=1)
    assert await queue.claim() == []
    [state] = await queue.states()
    assert state.failed_at is not None


async def test_final_error_ends_a_job_at_its_first_attempt(queue, clock):
    await queue.add()
    assert not await queue.fail(await claimed(queue), JobFailed("unknown mailbox", is_final=True))
    clock.advance(days=1)
    assert await queue.claim() == []


async def test_unexpected_error_is_stored_without_its_message(queue):
    await queue.add()
    await queue.fail(await claimed(queue), ValueError("anna@example.com"))
    assert [state.last_error for state in await queue.states()] == ["ValueError"]


async def test_second_job_with_the_same_key_is_not_added(queue):
    await queue.add("first", key="prune")
    await queue.add("second", key="prune")
    assert "first" in (await claimed(queue)).payload
    await queue.add("third", key="prune")
    assert len(await queue.states()) == 1


async def test_failed_job_with_the_same_key_starts_again(queue):
    await queue.add("first", key="prune")
    await queue.fail(await claimed(queue), JobFailed("broken", is_final=True))
    await queue.add("second", key="prune")
    job = await claimed(queue)
    assert (job.attempts, "second" in job.payload) == (1, True)


async def test_repeating_job_is_due_again_after_its_interval(queue, services, clock):
    await queue.add(key="prune")
    job = await claimed(queue)
    async with unit_of_work(services.database) as unit:
        await services.jobs.repeat(unit, job, 60_000, "no answer")
    assert await queue.claim() == []
    clock.advance(seconds=61)
    assert (await claimed(queue)).attempts == 1
    assert [state.last_error for state in await queue.states()] == ["no answer"]


async def test_failed_jobs_can_be_started_again(queue, services):
    for text in "ab":
        await queue.add(text)
        await queue.fail(await claimed(queue), JobFailed("broken", is_final=True))
    async with unit_of_work(services.database) as unit:
        assert await services.jobs.retry_failed(unit) == 2
    assert [job.attempts for job in await queue.claim()] == [1, 1]


async def test_failed_jobs_are_listed_first_and_pruned_after_thirty_days(queue, services, clock):
    await queue.add("waits", run_at=1)
    await queue.add("fails", run_at=2)
    _, failing = sorted(await queue.claim(), key=lambda job: job.id)
    await queue.fail(failing, JobFailed("broken", is_final=True))
    assert [state.id for state in await queue.states()] == [failing.id, failing.id - 1]
    clock.advance(seconds=FAILED_KEPT / 1000 + 1)
    async with unit_of_work(services.database) as unit:
        await services.jobs.prune(unit)
    assert [state.failed_at for state in await queue.states()] == [None]
