"""Limits of connections and their deadlines, with times that the tests give."""

import resource

import pytest
from structlog.testing import capture_logs

from kinoteka.infrastructure.settings import Settings
from kinoteka.server.connections import (
    Admission,
    Admissions,
    Deadlines,
    Observation,
    Reason,
    Report,
    Stage,
    StageTimer,
    allowed_open_files,
    open_file_limits,
)

REQUEST, OTHER_REQUEST = object(), object()
DEADLINES = Deadlines(Settings())


def verdicts(*observations: tuple[float, Stage, object, int]) -> list[Reason | None]:
    """Return what the deadlines say of one connection, observed at these times."""
    stage_timer = StageTimer(0.0)
    return [
        DEADLINES.check(stage_timer, Observation(stage, request, progress), now)
        for now, stage, request, progress in observations
    ]


class TestDeadlines:
    @pytest.mark.parametrize(
        ("stage", "most", "reason"),
        [
            (Stage.HEAD, 10, Reason.HEAD),
            (Stage.IDLE, 75, Reason.IDLE),
        ],
    )
    def test_stage_ends_after_its_seconds(self, stage: Stage, most: int, reason: Reason) -> None:
        until = [(float(now), stage, REQUEST, 0) for now in (0, most - 1, most)]
        assert verdicts(*until) == [None, None, reason]

    def test_next_request_restarts_the_deadline(self) -> None:
        assert verdicts(
            (0, Stage.IDLE, REQUEST, 0),
            (74, Stage.IDLE, OTHER_REQUEST, 0),
            (148, Stage.IDLE, OTHER_REQUEST, 0),
            (149, Stage.IDLE, OTHER_REQUEST, 0),
        ) == [None, None, None, Reason.IDLE]

    @pytest.mark.parametrize(
        ("received", "expected"),
        [
            ([0, 0, 0], [None, None, Reason.BODY]),
            ([0, 5_000, 10_240], [None, None, None]),
            ([0, 5_000, 10_239], [None, None, Reason.BODY]),
            ([0, 5_000, 10_000_000, 10_000_000, 10_005_000], [None] * 4 + [Reason.BODY]),
            ([0, 5_000, 20_000, 25_000, 40_000], [None] * 5),
        ],
        ids=["nothing", "just enough", "just too little", "fast, then stalled", "steady"],
    )
    def test_body_needs_its_rate_in_every_window(
        self, received: list[int], expected: list[Reason | None]
    ) -> None:
        observed = [(5.0 * n, Stage.BODY, REQUEST, count) for n, count in enumerate(received)]
        assert verdicts(*observed) == expected

    def test_connection_stays_open_while_the_server_works(self) -> None:
        observed = [(100.0 * n, Stage.RESPONSE, REQUEST, 0) for n in range(5)]
        assert verdicts(*observed) == [None] * 5

    def test_connection_is_closed_when_the_response_is_not_read(self) -> None:
        assert verdicts(
            (0, Stage.RESPONSE, REQUEST, 70_000),
            (70, Stage.RESPONSE, REQUEST, 60_000),
            (140, Stage.RESPONSE, REQUEST, 60_000),
            (145, Stage.RESPONSE, REQUEST, 60_000),
        ) == [None, None, None, Reason.RESPONSE]

    @pytest.mark.parametrize(
        ("settings", "seconds"), [(Settings(), 1.0), (Settings(head_seconds=0.5), 0.1)]
    )
    def test_several_sweeps_fit_into_the_shortest_deadline(
        self, settings: Settings, seconds: float
    ) -> None:
        assert Deadlines(settings).sweep_seconds == seconds


class TestAdmissions:
    def test_connections_of_a_network_are_limited(self) -> None:
        admissions = Admissions(10, 2, ())
        first = admissions.admit("192.0.2.1")
        assert isinstance(first, Admission)
        assert isinstance(admissions.admit("192.0.2.1"), Admission)
        assert admissions.admit("192.0.2.1") is Reason.NETWORK
        assert isinstance(admissions.admit("192.0.2.2"), Admission)
        first.release()
        first.release()
        assert isinstance(admissions.admit("192.0.2.1"), Admission)
        assert admissions.admit("192.0.2.1") is Reason.NETWORK

    def test_ipv6_network_is_a_64_prefix(self) -> None:
        admissions = Admissions(10, 1, ())
        assert isinstance(admissions.admit("2001:db8::1"), Admission)
        assert admissions.admit("2001:db8::2") is Reason.NETWORK
        assert isinstance(admissions.admit("2001:db8:0:1::1"), Admission)

    @pytest.mark.parametrize("address", ["127.0.0.1", None], ids=["trusted proxy", "Unix socket"])
    def test_proxy_and_unix_socket_count_only_in_the_total(self, address: str | None) -> None:
        admissions = Admissions(3, 1, {"127.0.0.1"})
        admitted = [admissions.admit(address) for _ in range(4)]
        assert admitted[3] is Reason.TOTAL
        assert all(isinstance(each, Admission) for each in admitted[:3])


def test_report_logs_at_once_then_once_a_minute() -> None:
    report = Report()
    with capture_logs() as lines:
        for now in (100.0, 101.0, 130.0):
            report.add(Reason.TOTAL, now)
        report.add(Reason.HEAD, 159.0)
        report.log(160.0)
        report.log(230.0)
    counts = [(line.get("too_many"), line.get("head_too_slow")) for line in lines]
    assert counts == [(1, None), (2, 1)]


class TestOpenFiles:
    @pytest.mark.parametrize(
        ("allowed", "connections"),
        [(64, 32), (1024, 1024 - 138), (10_138, 10_000), (1_000_000, 10_000)],
    )
    def test_connections_leave_room_for_other_files(self, allowed: int, connections: int) -> None:
        assert open_file_limits(Settings(), allowed).connections == connections

    def test_allowed_files_are_the_raised_soft_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for limits, allowed in [
            ((64, 64), 64),
            ((64, 100), 100),
            ((64, 2**20), 10_138),
            ((2**20, 2**20), 2**20),
            ((64, resource.RLIM_INFINITY), 10_138),
        ]:
            monkeypatch.setattr(resource, "getrlimit", lambda _, limits=limits: limits)
            assert allowed_open_files(Settings()) == allowed
