"""nginx with the example deploy/nginx.conf, changed only in ports, paths and certificates."""

import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.certificates import write_certificate
from tests.support.polling import TIMEOUT, eventually
from tests.support.ports import free_port
from tools.prerequisites import find

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
SITE = "films.example"

MAIN_CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr notice;
worker_processes 1;
{user}
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/none;
    uwsgi_temp_path {folder}/none;
    scgi_temp_path {folder}/none;
    include {folder}/kinoteka.conf;
}}
"""


class Proxy:
    """A running nginx: its addresses and a TLS context that trusts its certificate."""

    def __init__(self, folder: Path, servers: Sequence[str]) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.plain_url = f"http://127.0.0.1:{self.plain_port}"
        certificate = write_certificate(folder / "certificate.pem", folder / "key.pem", SITE)
        self.trust = ssl.create_default_context(cadata=certificate)
        (folder / "kinoteka.conf").write_text(self._site(servers))
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN_CONFIGURATION.format(folder=folder, user=user))

    def command(self, *options: str) -> list[str]:
        """Return the command that runs it."""
        return [
            str(find("nginx")),
            "-p",
            str(self.folder),
            "-c",
            str(self.folder / "nginx.conf"),
            *options,
        ]

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """Return a client that sends its requests from this address of the machine."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=address)
        return httpx.Client(
            base_url=self.url, transport=transport, headers={"host": SITE}, timeout=TIMEOUT
        )

    def listens(self) -> bool:
        """Return whether it accepts connections."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _site(self, servers: Sequence[str]) -> str:
        text = EXAMPLE.read_text(encoding="utf-8")
        behind = [f"server {url.removeprefix('http://')} " for url in servers]
        certificates = f"/etc/letsencrypt/live/{SITE}"
        for pattern, replacement, times in (
            (r"listen \[::\].*\n", "\n", 2),
            (r"listen 80;", f"listen 127.0.0.1:{self.plain_port};", 1),
            (r"listen 443 ", f"listen 127.0.0.1:{self.port} ", 1),
            (rf"{certificates}/fullchain.pem", f"{self.folder}/certificate.pem", 1),
            (rf"{certificates}/privkey.pem", f"{self.folder}/key.pem", 1),
            (r"/var/log/nginx/", f"{self.folder}/", 1),
            (r"/var/www/acme", f"{self.folder}/acme", 1),
            (r"server 127.0.0.1:8000 ", behind[0], 1),
            (r"server 127.0.0.1:8001 .*\n", f"{behind[1]};\n" if behind[1:] else "\n", 1),
        ):
            text, found = re.subn(pattern, replacement, text)
            assert found == times, pattern
        return text


@contextmanager
def run_nginx(folder: Path, *servers: str) -> Iterator[Proxy]:
    """Run nginx in front of one or two servers until the end of the block."""
    proxy = Proxy(folder, servers)
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(proxy.command(), stderr=log)
    try:
        eventually(proxy.listens)
        yield proxy
    finally:
        process.terminate()
        process.wait(TIMEOUT)
