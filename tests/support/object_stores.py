"""A real object store: moto's S3 server in a separate process, which checks every signature."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import httpx

from kinoteka.infrastructure.files import AVATAR_FOLDER, POSTER_CACHE_FOLDER, POSTER_FOLDER
from tests.support.polling import TIMEOUT, eventually
from tests.support.ports import free_port
from tests.support.servers import NO_TLS

BUCKET = "films"
PREFIX = "community/one"
URL = f"s3://{BUCKET}/{PREFIX}"

# Exactly the permissions in docs/object-store.md.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": [
                f"arn:aws:s3:::{BUCKET}/{PREFIX}/{folder}/*"
                for folder in (AVATAR_FOLDER, POSTER_FOLDER, POSTER_CACHE_FOLDER)
            ],
        },
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
    ],
}


class ObjectStore:
    """A store at `endpoint` with an empty bucket, open to one user; `environment` holds its keys.

    It stores objects in memory, so a stopped store starts empty, with the same user.
    """

    def __init__(self) -> None:
        self._port = free_port()
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self.environment: dict[str, str] = {}
        self._client = httpx.Client(base_url=self.endpoint, timeout=TIMEOUT, verify=NO_TLS)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it at its address, and create the bucket and the user."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "--port", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers)
        self.allow_anything()
        self._client.put(f"/{BUCKET}").raise_for_status()
        self._iam("CreateUser")
        response = self._iam("CreateAccessKey")
        self.environment = {
            "AWS_ACCESS_KEY_ID": re.findall("<AccessKeyId>(.*?)<", response)[0],
            "AWS_SECRET_ACCESS_KEY": re.findall("<SecretAccessKey>(.*?)<", response)[0],
            "AWS_REGION": "us-east-1",
        }
        self._iam("PutUserPolicy", PolicyName="files", PolicyDocument=json.dumps(POLICY))
        self.check_signatures()

    def stop(self) -> None:
        """Stop it, so that nothing listens at its address."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Freeze it during the block; its objects remain."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop it and close the client."""
        self.stop()
        self._client.close()

    def stored(self) -> set[str]:
        """Return the keys of all objects in the bucket."""
        with self._unchecked():
            listed = self._client.get(f"/{BUCKET}", params={"list-type": "2"})
        listed.raise_for_status()
        return {unquote(key) for key in re.findall("<Key>(.*?)</Key>", listed.text)}

    def content(self, key: str) -> httpx.Response:
        """Return an object with its headers, past the server."""
        with self._unchecked():
            return self._client.get(f"/{BUCKET}/{key}", headers=_dummy_signature("s3"))

    def put_object(self, key: str, content: bytes) -> None:
        """Store an object past the server, as another program might."""
        with self._unchecked():
            response = self._client.put(
                f"/{BUCKET}/{key}", content=content, headers=_dummy_signature("s3")
            )
        response.raise_for_status()

    def remove(self, key: str) -> None:
        """Remove an object past the server."""
        with self._unchecked():
            response = self._client.delete(f"/{BUCKET}/{key}", headers=_dummy_signature("s3"))
        response.raise_for_status()

    def empty(self) -> None:
        """Remove every object."""
        for key in self.stored():
            self.remove(key)

    def check_signatures(self) -> None:
        """Reject requests without a valid key or permission from now on."""
        self._client.post("/moto-api/reset-auth", content=b"0").raise_for_status()

    def allow_anything(self) -> None:
        """Accept all requests from now on."""
        self._client.post("/moto-api/reset-auth", content=b"1000000000").raise_for_status()

    @contextmanager
    def _unchecked(self) -> Iterator[None]:
        self.allow_anything()
        try:
            yield
        finally:
            self.check_signatures()

    def _answers(self) -> bool:
        try:
            self._client.get("/moto-api/")
        except httpx.TransportError:
            return False
        return True

    def _iam(self, action: str, **parameters: str) -> str:
        response = self._client.post(
            "/",
            data={"Action": action, "Version": "2010-05-08", "UserName": "kinoteka", **parameters},
            headers=_dummy_signature("iam"),
        )
        response.raise_for_status()
        return response.text


def _dummy_signature(service: str) -> dict[str, str]:
    # The header tells moto which service is meant; it returns no object without it.
    scope = f"tests/20260101/us-east-1/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return {"authorization": signed}


@contextmanager
def run_object_store() -> Iterator[ObjectStore]:
    """Run a store until the end of the block."""
    store = ObjectStore()
    try:
        store.start()
        yield store
    finally:
        store.close()
