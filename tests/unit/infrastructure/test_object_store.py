"""An object store that is away, slow, set up wrongly, or asked through the environment."""

import asyncio
import json
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from kinoteka.errors import Code
from kinoteka.infrastructure.object_store import (
    MAX_CONCURRENT_OPERATIONS,
    RETRY_AFTER_SECONDS,
    ObjectFiles,
)
from tests.support.errors import raises_error
from tests.support.object_stores import BUCKET, POLICY, PREFIX, URL, ObjectStore, run_object_store

FOLDER = "avatars"
KEY = f"{PREFIX}/{FOLDER}/a.jpg"
UNREACHABLE = "http://127.0.0.1:1"

OPERATIONS: list[Callable[[ObjectFiles], Awaitable[object]]] = [
    lambda files: files.put("a.jpg", b"content"),
    lambda files: files.get("a.jpg"),
    lambda files: files.delete("a.jpg"),
]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=["put", "get", "delete"])


@pytest.fixture(scope="module")
def running() -> Iterator[ObjectStore]:
    with run_object_store() as store:
        yield store


@pytest.fixture
def store(running: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A store that is empty, with its keys in the environment."""
    running.empty()
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    return running


@pytest.fixture
def open_files(store: ObjectStore) -> Iterator[Callable[..., ObjectFiles]]:
    """Open files: `open_files(endpoint=…, url=…, seconds=…)`."""
    opened = []

    def open_(url: str = URL, endpoint: str = store.endpoint, seconds: float = 20) -> ObjectFiles:
        opened.append(ObjectFiles(url, endpoint, FOLDER, seconds=seconds))
        return opened[-1]

    yield open_
    for files in opened:
        files.close()


@pytest.fixture
def files(open_files) -> ObjectFiles:
    return open_files()


@contextmanager
def answering(response: bytes | None, heads: list[bytes] | None = None) -> Iterator[str]:
    """The address of something that gives every request this answer, or (None) never one.

    What the requests began with goes into `heads`.
    """
    over = threading.Event()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):
                head = b"".join(takewhile(lambda line: bytes(line).strip(), self.rfile))
                if heads is not None:
                    heads.append(head)
                if response is None:
                    over.wait()
                else:
                    self.wfile.write(response)

    class Answering(ThreadingTCPServer):
        request_queue_size = 128
        daemon_threads = True  # a client may keep a connection open on which it asks nothing

    with Answering(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
            thread.join()


class TestObjects:
    """How a file lies in the bucket."""

    @pytest.mark.parametrize(
        ("url", "key"),
        [
            (f"s3://{BUCKET}/{PREFIX}", f"{PREFIX}/avatars/a.jpg"),
            (f"s3://{BUCKET}/{PREFIX}/", f"{PREFIX}/avatars/a.jpg"),
        ],
    )
    async def test_key_has_the_prefix(self, open_files, store, url, key):
        await open_files(url).put("a.jpg", b"content")
        assert store.stored() == {key}

    @pytest.mark.parametrize("url", [f"s3://{BUCKET}", f"s3://{BUCKET}/"])
    async def test_key_is_the_folder_and_the_name_without_a_prefix(self, open_files, store, url):
        store.allow_anything()
        try:
            await open_files(url).put("a.jpg", b"content")
        finally:
            store.check_signatures()
        assert store.stored() == {"avatars/a.jpg"}

    async def test_content_type_follows_the_name(self, files, store):
        await files.put("a.jpg", b"content")
        await files.put("nothing-known", b"content")
        assert store.content(KEY).headers["content-type"] == "image/jpeg"
        other = store.content(f"{PREFIX}/{FOLDER}/nothing-known")
        assert other.headers["content-type"] == "application/octet-stream"

    async def test_object_that_disappears_is_none(self, files, store):
        await files.put("a.jpg", b"content")
        store.remove(KEY)
        assert await files.get("a.jpg") is None

    async def test_address_may_end_with_a_slash(self, open_files, store):
        await open_files(endpoint=f"{store.endpoint}/").put("a.jpg", b"content")
        assert store.stored() == {KEY}


class TestUnavailable:
    """BUSY, soon, and told in the log; and all is well again when the store is back."""

    @each_operation
    async def test_refused_connection_is_busy(self, open_files, operation, capsys):
        with raises_error(Code.BUSY, retry_after=RETRY_AFTER_SECONDS):
            await operation(open_files(endpoint=UNREACHABLE))
        message = capsys.readouterr().out
        assert "object store failed" in message
        assert UNREACHABLE in message
        assert "Connection refused" in message

    @each_operation
    async def test_unknown_host_is_busy(self, open_files, operation):
        with raises_error(Code.BUSY):
            await operation(open_files(endpoint="http://store.invalid"))

    @each_operation
    @pytest.mark.parametrize(
        "response",
        [
            b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            b"HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            b"HTTP/1.1 301 Elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            b"SSH-2.0-OpenSSH\r\n",
            b"",
        ],
        ids=["503", "500", "301", "not HTTP", "hangs up"],
    )
    async def test_invalid_response_is_busy(self, open_files, operation, response):
        with answering(response) as endpoint, raises_error(Code.BUSY):
            await operation(open_files(endpoint=endpoint))

    async def test_truncated_response_is_busy(self, open_files):
        begun = (
            b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\netag: "a"\r\n'
            b"last-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\nabc"
        )
        with answering(begun) as endpoint, raises_error(Code.BUSY):
            await open_files(endpoint=endpoint).get("a.jpg")

    @each_operation
    async def test_hanging_store_does_not_delay_others(self, open_files, operation):
        with answering(None) as endpoint:
            files = open_files(endpoint=endpoint, seconds=1)
            asked = asyncio.create_task(operation(files))
            turns = 0
            while not asked.done():
                await asyncio.sleep(0.01)
                turns += 1
            with raises_error(Code.BUSY):
                await asked
        assert turns > 2

    async def test_excess_operations_time_out_while_the_store_hangs(self, open_files):
        with answering(None) as endpoint:
            files = open_files(endpoint=endpoint, seconds=1)
            asked = [
                asyncio.create_task(files.get("a.jpg"))
                for _ in range(2 * MAX_CONCURRENT_OPERATIONS)
            ]
            for each in asked:
                with raises_error(Code.BUSY):
                    await each

    async def test_excess_operations_wait_and_succeed(self, open_files):
        files = open_files(seconds=60)
        names = [f"{number}.jpg" for number in range(MAX_CONCURRENT_OPERATIONS + 20)]
        await asyncio.gather(*(files.put(name, name.encode()) for name in names))
        got = await asyncio.gather(*(files.get(name) for name in names))
        assert got == [name.encode() for name in names]

    async def test_cancelled_operation_makes_room_for_another(self, open_files, store):
        files = open_files(seconds=60)
        with store.stopped():
            asked = [
                asyncio.create_task(files.get("a.jpg")) for _ in range(MAX_CONCURRENT_OPERATIONS)
            ]
            await asyncio.sleep(0.1)
            for each in asked:
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        assert await files.get("a.jpg") is None

    async def test_store_works_again_after_an_outage(self, open_files, store):
        files = open_files(seconds=2)
        await files.put("a.jpg", b"content")
        with store.stopped(), raises_error(Code.BUSY):
            await files.get("a.jpg")
        assert await files.get("a.jpg") == b"content"

    async def test_failed_removal_is_logged(self, open_files, capsys):
        files = open_files(endpoint=UNREACHABLE)
        files.delete_soon("a.jpg")
        files.close()
        assert "file not removed" in capsys.readouterr().out

    async def test_close_waits_for_a_bounded_time(self, open_files, capsys):
        with answering(None) as endpoint:
            files = open_files(endpoint=endpoint, seconds=0.5)
            for number in range(50):
                files.delete_soon(f"{number}.jpg")
            await asyncio.to_thread(files.close)
        assert "files not removed" in capsys.readouterr().out


class TestConfiguration:
    """Credentials and the bucket: what is wrong with them is BUSY, never a missing file."""

    @each_operation
    @pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    async def test_wrong_credentials_are_logged(
        self, open_files, operation, name, monkeypatch, capsys
    ):
        monkeypatch.setenv(name, "wrong")
        with raises_error(Code.BUSY):
            await operation(open_files())
        message = capsys.readouterr().out
        assert "403" in message
        assert ("InvalidAccessKeyId" if name == "AWS_ACCESS_KEY_ID" else "SignatureDoes") in message

    @each_operation
    async def test_missing_permissions_are_logged(self, open_files, operation):
        with raises_error(Code.BUSY):
            await operation(open_files(f"s3://{BUCKET}/another"))

    @each_operation
    async def test_missing_bucket_is_logged(self, open_files, operation, store):
        store.allow_anything()
        try:
            with raises_error(Code.BUSY):
                await operation(open_files("s3://another"))
        finally:
            store.check_signatures()

    def test_documented_permissions_are_sufficient(self):
        page = Path(__file__).parents[3] / "docs" / "object-store.md"
        (documented,) = re.findall(r"```json\n(.*?)```", page.read_text(), flags=re.DOTALL)
        ours = documented.replace("films/community/", f"{BUCKET}/{PREFIX}/")
        assert json.loads(ours) == POLICY

    async def test_credentials_may_be_in_a_dotenv_file(
        self, open_files, store, monkeypatch, tmp_path
    ):
        lines = []
        for name, value in store.environment.items():
            monkeypatch.delenv(name)
            lines.append(f"{name}={value}\n")
        (tmp_path / ".env").write_text("".join(lines))
        monkeypatch.chdir(tmp_path)
        await open_files().put("a.jpg", b"content")
        assert store.stored() == {KEY}

    async def test_session_token_is_sent(self, open_files, monkeypatch):
        monkeypatch.setenv("AWS_SESSION_TOKEN", "the-token-of-this-session")
        heads: list[bytes] = []
        with answering(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", heads) as endpoint:
            assert await open_files(endpoint=endpoint).get("a.jpg") is None
        (head,) = heads
        assert head.startswith(f"GET /{BUCKET}/{KEY} ".encode())
        assert b"x-amz-security-token: the-token-of-this-session" in head

    async def test_setting_overrides_the_endpoint_in_the_environment(
        self, open_files, store, monkeypatch
    ):
        for name in ("AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
            monkeypatch.setenv(name, UNREACHABLE)
        await open_files().put("a.jpg", b"content")
        assert store.stored() == {KEY}
