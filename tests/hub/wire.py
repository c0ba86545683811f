"""What every server here does with the bytes of a request."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """The body of a request, in one piece or in chunks."""
    if (handler.headers.get("Transfer-Encoding") or "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body
