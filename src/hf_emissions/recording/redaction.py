"""Anonymize ledger lines: names of hosts, users and folders are detected and replaced.

A node gets an opaque id, the same in all of its processes. In texts from elsewhere (CodeCarbon's warnings, errors) only
names are masked, as `[host]`, `[user]` or `[path]`.
"""

from __future__ import annotations

import errno
import getpass
import hashlib
import hmac
import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .secret import boot_id, node_secret

_NODE = re.compile(r"node:[0-9a-f]{12}(?:#\d+)?")
_NODE_AND_GROUP = re.compile(r"(?P<host>.*?)(?P<group>#\d+)?", re.DOTALL)
_OLD_BOOT = re.compile(r"-[0-9a-f]{8}\Z")

# Fields never masked, whatever this machine is called: our own ids, facts of the hardware and the place (also nested in
# `hardware` and `place`), and numbers encoded as text.
FACTS = frozenset(
    (
        *("v", "kind", "run", "segment", "time", "launch", "group", "order", "rank", "tool", "tool_version"),
        *("training_type", "power", "hardware", "cpu_model", "gpus", "place", "words", "region", "how"),
        *("country_iso3", "cloud_provider", "cloud_region", "intensity_source", "intensity_basis"),
        *("follows", "weights", "dtype", "values"),
    )
)

# Variables in which a launcher or a shell names this host, the rendezvous host, or the user.
_HOST_VARIABLES = ("HOSTNAME", "HOST", "COMPUTERNAME", "SLURMD_NODENAME", "MASTER_ADDR")
_USER_VARIABLES = ("USER", "LOGNAME", "USERNAME", "SUDO_USER", "SLURM_JOB_USER")
_OF_EVERYBODY = frozenset(["localhost", "localhost.localdomain", "root", "127.0.0.1", "::1", ""])

# A path starts at a word boundary, so that `g/kWh` and `CPU/GPU` are none, and ends at a blank; a quoted path may
# contain blanks and ends at the closing quote. /sys and /proc are the same on every machine.
_KERNELS = re.compile(r"/(?:sys|proc)(?:/(?!\.\.)[^/]*)*\Z")
_START = r"""(?<![^\s'"`(\[{=:,;|@!])"""
_ROOT = r"""(?:~(?:[A-Za-z_][\w.-]*)?/|/(?=[\w.~$@%+-][^\s'"`])|[A-Za-z]:[\\/]|\\\\(?=\w))"""
_PATH = re.compile(
    r"(?P<url>\b(?!file:)[a-z][a-z0-9+.-]{1,15}://(?:(?P<login>[^\s/@'\"]+)@)?)"
    rf"|(?P<mark>['\"`])(?P<quoted>(?:file://)?{_ROOT}[^'\"`\n]*)(?P=mark)"
    rf"|{_START}(?P<bare>(?:file://)?{_ROOT}[^\s'\"`<>|]*)"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_ADDRESS = re.compile(  # IP addresses, except those that are the same everywhere
    rf"(?<![\w.:])(?:(?!127\.|169\.254\.169\.254|0\.0\.0\.0)(?:{_OCTET}\.){{3}}{_OCTET}(?![\w.]*\d)"
    r"|(?:[0-9a-f]{1,4}:){3,7}[0-9a-f:]*[0-9a-f](?!\w))",
    re.IGNORECASE,
)
_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:[\\/]Users[\\/])([^/\\\s'\"`]+)")

# Contexts before and after a word in which even an ordinary word can only be a name.
_BEFORE = {
    "[host]": r"(?:@|://|\b(?:host|hostname|nodename|node)\s*[=:]\s*['\"]?)",
    "[user]": r"\b(?:user|username|login)\s*[=:]\s*['\"]?",
}
_BEHIND = {"[host]": r"(?!)", "[user]": "(?=@)"}


def node_id(name: str) -> str:
    """Id of a node: a keyed hash of its name, from which the name cannot be guessed. Idempotent."""
    if not name or _NODE.fullmatch(name):
        return name
    parts = _NODE_AND_GROUP.fullmatch(name)
    assert parts
    message = b"hf-emissions node\0" + parts["host"].encode("utf-8", "surrogatepass")
    return f"node:{hmac.new(node_secret(), message, hashlib.sha256).hexdigest()[:12]}{parts['group'] or ''}"


def this_host() -> str:
    """Id of this machine since its last boot."""
    boot = boot_id()
    return node_id(f"{socket.gethostname()}-{boot[:8]}" if boot else socket.gethostname())


@dataclass(frozen=True, slots=True)
class PrivateNames:
    """Names to mask in texts: hosts, users, and folders, whose names may contain blanks."""

    hosts: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def __or__(self, other: PrivateNames) -> PrivateNames:
        return PrivateNames(self.hosts | other.hosts, self.users | other.users, self.folders | other.folders)

    def redact(self, text: str) -> str:
        for folder in sorted(self.folders, key=len, reverse=True):
            text = _folder_pattern(folder).sub("[path]", text) if folder in text else text
        # Fast path: most texts have no characters of a path or an address.
        if any(sign in text for sign in "/\\~"):
            text = _PATH.sub(_without_path, text)
        if "." in text or ":" in text:
            text = _ADDRESS.sub("[host]", text)
        low = text.casefold()
        marked = [*((name, "[host]") for name in self.hosts), *((name, "[user]") for name in self.users)]
        for name, mask in sorted(marked, key=lambda pair: (-len(pair[0]), pair)):
            if name.casefold() in low:
                text = _without_name(text, name, mask)
        return text


def _folder_pattern(folder: str) -> re.Pattern[str]:
    return re.compile(re.escape(folder) + r"""(?:[\\/][^\s'"`<>|]*)?(?![\w-])""")


def _without_path(found: re.Match[str]) -> str:
    if found["url"]:
        return found["url"].replace(f"{found['login']}@", "[user]@") if found["login"] else found["url"]
    mark, path = found["mark"] or "", found["quoted"] or found["bare"]
    bare = path if mark else path.rstrip(".,;:!?)]}")
    return found[0] if _KERNELS.match(bare) else f"{mark}[path]{path[len(bare) :]}{mark}"


def _without_name(text: str, name: str, mask: str) -> str:
    # The domain of a full host name, `.cluster.example`, is masked too.
    more = r"(?:\.[A-Za-z][\w-]*)*" if mask == "[host]" else ""
    word = rf"{re.escape(name)}{more}(?![^\W_])"
    alone = rf"(?<![^\W_]){word}{_BEHIND[mask] if _is_word(name) else ''}"
    return re.sub(rf"({_BEFORE[mask]}){word}|{alone}", rf"\g<1>{mask}", text, flags=re.IGNORECASE)


def _is_word(name: str) -> bool:
    """True for a number, a single letter or a word used in messages: too common to mask everywhere."""
    return name.isdigit() or len(name) == 1 or name.casefold() in _common_words()


@cache
def _common_words() -> frozenset[str]:
    """Words of messages: those listed in `common_words.txt`, and those of the system's own error messages."""
    listed = Path(__file__).with_name("common_words.txt").read_text("utf-8")
    errors = (os.strerror(code) for code in errno.errorcode)
    return frozenset(re.findall(r"[^\W_]+", " ".join([listed, *errors]).casefold()))


def private_names(hosts: Iterable[str], users: Iterable[str], folders: Iterable[str]) -> PrivateNames:
    """Names as they occur in texts: hosts with and without domain, no root folders."""
    whole = {host.strip() for host in hosts}
    short = {host.partition(".")[0] for host in whole if not host.replace(".", "").isdigit()}
    return PrivateNames(
        frozenset((whole | short) - _OF_EVERYBODY),
        frozenset({user.strip() for user in users} - _OF_EVERYBODY),
        frozenset(folder for folder in folders if len(Path(folder).parts) > 1),
    )


def local_names() -> PrivateNames:
    hosts = [socket.gethostname(), *(os.environ.get(name, "") for name in _HOST_VARIABLES)]
    users = [_user(), *(os.environ.get(name, "") for name in _USER_VARIABLES)]
    return private_names(hosts, users, [str(Path("~").expanduser()), sys.prefix, *_temporary()])


@cache
def _user() -> str:
    # Cached, because some systems ask a server.
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _temporary() -> list[str]:
    try:
        return [tempfile.gettempdir()]
    except OSError:
        return []


def users_in(text: str) -> set[str]:
    return set(_HOME.findall(text))


def host_of(node: str) -> str:
    """Host in the node name of an older version; "" for an id."""
    parts = _NODE_AND_GROUP.fullmatch(node)
    return "" if _NODE.fullmatch(node) or parts is None else _OLD_BOOT.sub("", parts["host"])


def redact_line(line: Mapping[str, object], names: PrivateNames | None = None) -> dict[str, object]:
    """A ledger line without names: node names become ids, texts are masked, the rest is kept."""
    known = local_names() if names is None else names
    return {key: value if key in FACTS else _nameless(key, value, known) for key, value in line.items()}


def _nameless(key: str, value: object, names: PrivateNames) -> object:
    if isinstance(value, str):
        return node_id(value) if key == "node" else names.redact(value)
    if isinstance(value, Mapping):
        return {name: _nameless(name, inner, names) for name, inner in value.items()}
    return [_nameless(key, inner, names) for inner in value] if isinstance(value, (list, tuple)) else value
