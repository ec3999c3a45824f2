"""A network that can be cut: a TCP proxy before PostgreSQL that drops or stalls the line at a word of the protocol."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Cut = Literal["before", "after", "stall"]


@contextmanager
def cut_network(host: str, port: int, word: bytes, cut: Cut) -> Iterator[int]:
    """The proxy's port. When a client sends `word`: before, the line ends and the server never sees it; after, the
    server gets it and the line ends; stall, the server gets it and its answer never comes."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, (host, port), word, cut), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _serve(listener: socket.socket, server: tuple[str, int], word: bytes, cut: Cut) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            upstream = socket.create_connection(server)
            threading.Thread(target=_carry, args=(client, upstream, word, cut), daemon=True).start()


def _carry(client: socket.socket, upstream: socket.socket, word: bytes, cut: Cut) -> None:
    """Client and server in turn, until one of them ends or the word was said."""
    with client, upstream, suppress(OSError):
        while True:
            ready, _, _ = select.select([client, upstream], [], [])
            for end in ready:
                data = end.recv(65536)
                if not data:
                    return
                said = end is client and word in data
                if not (said and cut == "before"):
                    (upstream if end is client else client).sendall(data)
                if said and cut == "stall":
                    client.recv(1)  # until the client gives up
                if said:
                    if cut == "after":
                        upstream.recv(65536)  # the server has answered: what was sent is done
                    return
