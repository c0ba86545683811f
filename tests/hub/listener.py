"""A server on the loopback interface, over TLS or not, that says nothing when a client leaves."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .certificates import server_context


class Listener(ThreadingHTTPServer):
    """Listens from `start` to `stop`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], *, tls: bool) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.tls = tls

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        if self.tls:
            # The handshake is the first thing that the connection's own thread does.
            connection = server_context().wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True, name="loopback").start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def address(self, host: str) -> str:
        return f"http{'s' if self.tls else ''}://{host}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client has left: tests kill clients."""
