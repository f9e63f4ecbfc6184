"""Ports that nobody listens on."""

import socket


def free_port() -> int:
    """A port of 127.0.0.1 that is free for now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
