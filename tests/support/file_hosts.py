"""An HTTP server with files, errors and redirects, in the place of another site."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.pictures import picture

HOST = "127.0.0.1"
POSTER = picture("PNG", (1000, 1500))


class FileHost:
    """A running host at `url`, which counts the requests to each path.

    `files` are the contents by path and query. `authorization` is the header of the last request.

    `most_at_once` is the largest number of requests at the same time. While `gate` is clear,
    requests wait.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.requests: Counter[str] = Counter()
        self.authorization: str | None = None
        self.at_once = 0
        self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Lock()
        self.files = {"/poster.png": POSTER, "/text.png": b"no picture"}
        self.redirects: dict[str, str] = {"/moved.png": "/poster.png", "/loop.png": "/loop.png"}


@contextmanager
def run_file_host() -> Iterator[FileHost]:
    """Run a host on a free port of this machine."""
    server = ThreadingHTTPServer((HOST, 0), _Handler)
    server.daemon_threads = True
    host = FileHost(f"http://{HOST}:{server.server_address[1]}")
    server.host = host  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield host
    finally:
        host.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        host: FileHost = self.server.host  # type: ignore[attr-defined]
        with host.lock:
            host.requests[self.path] += 1
            host.authorization = self.headers.get("authorization")
            host.at_once += 1
            host.most_at_once = max(host.most_at_once, host.at_once)
        try:
            host.gate.wait()
            self._respond(host)
        except OSError:  # the client has closed the connection
            self.close_connection = True
        finally:
            with host.lock:
                host.at_once -= 1

    def _respond(self, host: FileHost) -> None:
        if self.path in host.redirects:
            self.send_response(302)
            self.send_header("Location", host.redirects[self.path])
            self.end_headers()
            return
        content = host.files.get(self.path)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *arguments: object) -> None:
        """Log nothing."""
