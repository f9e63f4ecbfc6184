"""Clients that send requests continuously and record the responses."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx

from tests.support.chat_users import ChatUser
from tests.support.polling import TIMEOUT
from tests.support.servers import NO_TLS


class LoadClient(threading.Thread):
    """Repeats a request until stopped, whatever the responses are."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.responses: list[httpx.Response] = []
        self.broken = 0
        """Number of requests without a response."""
        self._stopping = threading.Event()
        self._url = url

    def run(self) -> None:
        with httpx.Client(base_url=self._url, timeout=TIMEOUT, verify=NO_TLS) as client:
            while not self._stopping.is_set():
                try:
                    self.responses.append(self.once(client))
                except httpx.TransportError:
                    self.broken += 1
                    time.sleep(0.05)

    def once(self, client: httpx.Client) -> httpx.Response:
        """Send one request."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop, after the current request."""
        self._stopping.set()
        self.join(TIMEOUT)

    @property
    def statuses(self) -> Counter[int]:
        """Return the number of responses with each status."""
        return Counter(response.status_code for response in self.responses)


class MessageWriter(LoadClient):
    """Posts numbered messages. Repeats one without a 200 with the same nonce."""

    def __init__(self, url: str, author: ChatUser, chat: int, name: str) -> None:
        super().__init__(url)
        self._name = name
        self.done: list[str] = []
        self._author = author
        self._chat = chat

    def once(self, client: httpx.Client) -> httpx.Response:
        text = f"{self._name} {len(self.done)}"
        response = client.post(
            f"/chats/{self._chat}/messages",
            json={"text": text, "nonce": text},
            headers={"cookie": self._author.cookie},
        )
        if response.status_code == 200:
            self.done.append(text)
        return response


class RepeatedReader(LoadClient):
    """Repeats the same GET request."""

    def __init__(self, url: str, path: str, **headers: str) -> None:
        super().__init__(url)
        self._path = path
        self._headers = headers

    def once(self, client: httpx.Client) -> httpx.Response:
        return client.get(self._path, headers=self._headers)


@contextmanager
def under_load(clients: Sequence[LoadClient]) -> Iterator[None]:
    """Run the clients during the block."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stop()


def message_texts(author: ChatUser, chat: int) -> list[str]:
    """Return the texts of all messages of a chat, oldest first."""
    found: list[str] = []
    last = 0
    while page := author.messages(chat, after=last, limit=100):
        found += [str(message["text"]) for message in reversed(page)]
        last = int(str(page[0]["id"]))
    return found
