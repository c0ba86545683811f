"""Certificates for servers on the loopback interface, by an authority that each process makes for itself.

What trusts it does so by the way that the Hub's client documents: the variable SSL_CERT_FILE.
"""

from __future__ import annotations

import atexit
import ssl
import tempfile
from functools import cache
from pathlib import Path

import trustme


@cache
def _authority() -> trustme.CA:
    return trustme.CA()


@cache
def authority() -> Path:
    """The file with the authority's certificate: the value of SSL_CERT_FILE."""
    folder = tempfile.TemporaryDirectory(prefix="loopback-hub-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "authority.pem"
    _authority().cert_pem.write_to_path(path)
    return path


@cache
def server_context() -> ssl.SSLContext:
    """What a server on the loopback interface proves itself with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context
