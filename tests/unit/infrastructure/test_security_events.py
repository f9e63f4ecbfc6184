"""Security events: counted, logged with what operators need, and without secrets."""

import re
import time
from pathlib import Path

import httpx
import pytest
import structlog

from kinoteka.core.services import Services
from kinoteka.core.tokens.service import TokenPair
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.security_events import COUNTS, LineLimit, SecurityEvent, report
from tests.support.accounts import perform, sign_in, sign_up, superuser_actor
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD, RunningServer, run_forked, run_server, unique_name

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NEW_PASSWORD = "another long one"


def test_every_event_is_documented():
    documented = re.findall(r"^\| `security\.(\w+)` \|", PAGE, flags=re.MULTILINE)
    assert documented == [event.value for event in SecurityEvent]


class TestLineLimit:
    def test_lines_of_a_second_are_bounded(self):
        now = 1000.0
        limit = LineLimit(2, lambda: now)
        assert [limit.take() for _ in range(4)] == [True, True, False, False]
        now += 1
        assert limit.take()
        assert (limit.take_suppressed(), limit.take_suppressed()) == (2, 0)


class TestReport:
    def test_event_without_a_log_is_only_counted(self, capfd):
        structlog.reset_defaults()  # another test may have captured its log
        before = COUNTS[SecurityEvent.FORBIDDEN]
        report(SecurityEvent.FORBIDDEN)
        assert COUNTS[SecurityEvent.FORBIDDEN] == before + 1
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize(("event", "level"), [("FORBIDDEN", "warning"), ("SIGNED_IN", "info")])
    def test_event_is_logged_at_every_level(self, event, level):
        (line,) = logged(f"report(SecurityEvent.{event}, account=5, by=None)")
        assert f"event=security.{event.lower()} " in line
        assert f"level={level}" in line
        assert "account=5" in line
        assert "by=" not in line

    def test_suppressed_lines_are_counted(self):
        lines = logged(
            "for _ in range(60): report(SecurityEvent.FORBIDDEN)",
            "security_events._limit._second = 0",
            "report(SecurityEvent.FORBIDDEN)",
        )
        assert len(lines) == 52
        assert "event=security.suppressed" in lines[-2]
        assert "count=10" in lines[-2]


def logged(*statements: str) -> list[str]:
    """The lines that a process writes whose log has errors alone."""
    script = "\n".join(
        [
            "from kinoteka.infrastructure import security_events",
            "from kinoteka.infrastructure.settings import Settings",
            "from kinoteka.infrastructure.logging import configure_logging",
            "from kinoteka.infrastructure.security_events import SecurityEvent, report",
            "configure_logging(Settings(log_level='error'))",
            *statements,
        ]
    )
    done = run_forked((), {}, script=script)
    assert (done.returncode, done.stdout) == (0, "")
    return done.stderr.splitlines()


class Counting:
    """How often each event has happened since."""

    def __init__(self) -> None:
        self._before = COUNTS.copy()

    def __call__(self) -> dict[SecurityEvent, int]:
        counts = {event: COUNTS[event] - self._before[event] for event in SecurityEvent}
        return {event: count for event, count in counts.items() if count}


@pytest.fixture
async def anna(services):
    return await sign_up(services, "anna")


class TestCore:
    async def test_sign_up_and_sign_in_are_reported(self, services, anna):
        since = Counting()
        await sign_in(services, "anna")
        assert since() == {SecurityEvent.SIGNED_IN: 1}

    @pytest.mark.parametrize(
        ("name", "event"),
        [
            ("anna", SecurityEvent.SIGN_IN_FAILED),
            ("nobody", SecurityEvent.SIGN_IN_UNKNOWN_NAME),
            ("\ud800", SecurityEvent.SIGN_IN_UNKNOWN_NAME),
        ],
    )
    async def test_failed_sign_in_is_reported(self, services, anna, name, event):
        since = Counting()
        with pytest.raises(DomainError):
            await sign_in(services, name, "wrong password")
        assert since() == {event: 1}

    async def test_change_of_password_is_reported(self, services, anna):
        since, change = Counting(), services.credentials.change_password
        with raises_error(Code.CURRENT_PASSWORD_WRONG):
            await perform(services, change, anna.actor, "wrong password", NEW_PASSWORD)
        assert since() == {SecurityEvent.CURRENT_PASSWORD_WRONG: 1}
        await perform(services, change, anna.actor, PASSWORD, NEW_PASSWORD)
        assert since()[SecurityEvent.PASSWORD_CHANGED] == 1

    async def test_change_that_is_rolled_back_is_not_reported(self, services, anna):
        since = Counting()
        with pytest.raises(ZeroDivisionError):
            async with unit_of_work(services.database) as unit:
                await services.credentials.reset_password(unit, anna.account.id, NEW_PASSWORD)
                raise ZeroDivisionError
        assert since() == {}

    async def test_deleted_account_is_reported(self, services, anna):
        since = Counting()
        await perform(services, services.credentials.delete_account, anna.actor, PASSWORD)
        assert since() == {SecurityEvent.ACCOUNT_DELETED: 1}

    async def test_reused_token_is_reported(self, services, anna):
        pair = services.tokens.issue(anna.session, ())
        since = Counting()
        second = await refresh(services, pair)
        await refresh(services, second)
        with raises_error(Code.TOKEN_REUSED):
            await refresh(services, pair)
        assert since() == {SecurityEvent.TOKEN_REUSED: 1}

    async def test_changes_by_operators_are_reported(self, services, anna):
        root, access, name = await superuser_actor(services), services.access, unique_name("role")
        since, account_id = Counting(), anna.account.id
        role = await perform(services, access.create_role, root, name, [])
        await perform(services, access.assign_role, root, account_id, role.id)
        await perform(services, access.revoke_role, root, account_id, role.id)
        await perform(services, access.delete_role, root, role.id)
        assert since() == {SecurityEvent.ROLE_CHANGED: 4}
        change = services.credentials.change_credentials
        await perform(services, change, root, account_id, "berta", NEW_PASSWORD)
        await perform(services, services.members.disable, root, account_id, "")
        assert since() == {
            SecurityEvent.ROLE_CHANGED: 4,
            SecurityEvent.PASSWORD_CHANGED: 1,
            SecurityEvent.PASSWORD_RESET: 1,
            SecurityEvent.LOGIN_CHANGED: 1,
            SecurityEvent.ACCOUNT_DISABLED: 1,
        }


def line_of(response: httpx.Response, capfd: pytest.CaptureFixture[str]) -> str:
    """The security line with an answer's id."""
    text, deadline = "", time.monotonic() + 20
    while True:
        text += capfd.readouterr().err
        found = [line for line in text.splitlines() if response.headers["x-request-id"] in line]
        if found:
            return found[0]
        assert time.monotonic() < deadline, text
        time.sleep(0.01)


class TestOverTheWire:
    def test_lines_have_id_and_address_and_no_secret(self, tmp_path, capfd):
        with run_server(tmp_path, {"unknown_device_limit": "1 per hour"}) as server:
            login = unique_name()
            member = server.signed_up(login)
            body = {"login": login, "password": "a wrong secret"}
            failed = server.client().post("/login", json=body)
            line = line_of(failed, capfd)
            assert "event=security.sign_in_failed" in line
            assert "address=127.0.0.1" in line
            assert "contract=account" in line
            throttled = server.client().post("/login", json=body)
            assert "event=security.throttled" in line_of(throttled, capfd)
            assert login not in line
            assert "secret" not in line
            self.check_refusals(server, member, capfd)
            self.check_metrics(server)

    def check_refusals(
        self, server: RunningServer, member: httpx.Client, capfd: pytest.CaptureFixture[str]
    ) -> None:
        forged = member.delete("/profile", headers={"origin": "https://elsewhere.example"})
        assert "reason=cross_origin" in line_of(forged, capfd)
        without_token = member.post("/user/logout")
        assert "reason=csrf_missing" in line_of(without_token, capfd)
        forbidden = member.get("/api/v1/role")
        line = line_of(forbidden, capfd)
        assert "event=security.forbidden" in line
        assert "permission=roles.manage" in line
        page = member.get("/manage/roles", headers={"accept": "text/html"})
        assert "event=security.forbidden" in line_of(page, capfd)

    def check_metrics(self, server: RunningServer) -> None:
        text = server.client().get("/metrics").text
        for event, count in (("sign_in_failed", 1), ("throttled", 1), ("forbidden", 2)):
            assert f'kinoteka_security_events_total{{event="{event}"}} {count}.0' in text


async def refresh(services: Services, pair: TokenPair) -> TokenPair:
    """Exchange the refresh token of a pair, as one request does."""
    async with unit_of_work(services.database) as unit:
        return await services.tokens.refresh(unit, pair.refresh_token)
