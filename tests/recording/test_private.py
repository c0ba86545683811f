"""What is uploaded names no host, no user and no folder: real recordings, the real client, a Hub on the loopback."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hub.server import Hub
from recording.helpers import SCRIPTS, environment

from hf_emissions.recording.secret import boot_id

NAMESPACE = ["unshare", "--uts"]


def uploaded(hub: Hub, out, host: str, user: str) -> dict[str, bytes]:
    """What a recording on a host of this name uploads, by path."""
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no process may have a host's name of its own here")
    hub.create("user/model")
    command = [*NAMESPACE, sys.executable, SCRIPTS / "named_host.py", host, user, out]
    env = environment(**hub.environment(out.parent / "home"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=env, check=False)
    assert done.returncode == 0, done.stderr
    return hub.repository("user/model").commits[-1].files


@pytest.mark.parametrize(
    ("host", "user"),
    [
        ("gpu17", "zuse"),
        pytest.param("my höst 7", "ada lovelace", marks=pytest.mark.slow),
        pytest.param("reading", "al", marks=pytest.mark.slow),
        pytest.param("a", "it", marks=pytest.mark.slow),
    ],
)
def test_what_is_uploaded_names_nothing(out, host, user):
    with Hub() as hub:
        files = uploaded(hub, out, host, user)
    ledger = {path: data.decode("utf-8") for path, data in files.items() if path.startswith("_emissions/")}
    assert len([path for path in ledger if path.endswith(".jsonl")]) == 2
    everything = "\n".join(ledger.values()) + files["README.md"].decode("utf-8")
    boot = boot_id()
    for name in (f"@{host}", f"//{host}", f"{host}-", f"{host}.cluster", f"{user}@", f"={user}", str(out.parent)):
        assert name not in everything
    assert boot is None or boot[:8] not in everything
    if host not in ("a", "reading"):  # of a word nobody can say whether it is a name
        assert not re.search(rf"\b({re.escape(host)}|{re.escape(user)})\b", everything)
    # The words are all there.
    assert "[user]@[host]: could not take a reading of '[path]'" in everything
    assert re.search(r'"node": "node:[0-9a-f]{12}"', everything)
