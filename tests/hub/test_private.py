"""Files that name private models are their owner's alone, also where they were there before and open to others."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hub.editing import CARD, edit

from hf_emissions.errors import HubError
from hf_emissions.hub import contribution_policy
from hf_emissions.hub.address import Address
from hf_emissions.hub.json_lines import JsonLines
from hf_emissions.hub.private import make_folder, open_private, write_private


@pytest.fixture(autouse=True)
def _open_to_all():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def test_the_ledger_of_pull_requests(server, client):
    server.create("other/model", CARD)
    edit(client, "other/model")
    assert mode(contribution_policy.folder()) == "700"
    assert {mode(path) for path in contribution_policy.folder().iterdir()} == {"600"}


def test_a_ledger_that_was_open_to_others():
    contribution_policy.folder().mkdir(parents=True)
    path = contribution_policy.folder() / "pull_requests.jsonl"
    path.write_text('{"model": "other/secret", "number": 3}\n')
    path.chmod(0o644)
    contribution_policy.remember(Address("other/secret"), 4)
    assert mode(path) == "600"
    assert sorted(contribution_policy.numbers(Address("other/secret"))) == [3, 4]


@pytest.mark.parametrize("before", [None, 0o666, 0o640, 0o604, 0o400 | 0o044])
def test_lines_are_their_owner_s(tmp_path, before):
    path = tmp_path / "lines"
    if before is not None:
        path.touch()
        path.chmod(before | 0o600)
    JsonLines(path).append({"model": "user/secret"})
    assert mode(path) == "600"
    assert [one["model"] for one in JsonLines(path).entries()] == ["user/secret"]


def test_a_folder_of_others_stays_as_it_is(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir(0o755)
    make_folder(shared)
    assert mode(shared) == "755"
    make_folder(shared / "in")
    assert (mode(shared), mode(shared / "in")) == ("755", "700")
    make_folder(shared, ours=True)
    make_folder(shared / "new" / "newer")
    assert [mode(path) for path in (shared, shared / "new", shared / "new" / "newer")] == ["700"] * 3
    write_private(shared / "file", b"x")
    with open_private(shared / "file", "ab") as file:
        file.write(b"y")
    assert (mode(shared / "file"), (shared / "file").read_bytes()) == ("600", b"xy")
    with pytest.raises(FileExistsError):
        make_folder(shared / "file")


class TestWhereTheListIs:
    @pytest.mark.parametrize(
        ("variables", "folder"),
        [
            ({"HF_HOME": "/a/b", "XDG_CACHE_HOME": "/c"}, "/a/b/hf-emissions"),
            ({"HF_HOME": "", "XDG_CACHE_HOME": "/c"}, "/c/huggingface/hf-emissions"),
            ({"XDG_CACHE_HOME": "~/c"}, "~/c/huggingface/hf-emissions"),
            ({"HF_HOME": "$HOME/x"}, "~/x/hf-emissions"),
            ({"XDG_CACHE_HOME": ""}, "~/.cache/huggingface/hf-emissions"),
            ({}, "~/.cache/huggingface/hf-emissions"),
        ],
    )
    def test_beside_the_client_s_own_files(self, monkeypatch, variables, folder):
        for name in ("HF_HOME", "XDG_CACHE_HOME"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert contribution_policy.folder() == Path(folder).expanduser()

    def test_a_no_that_stands_there_is_heard(self, server, client, monkeypatch, tmp_path):
        monkeypatch.delenv("HF_HOME")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        (tmp_path / "cache" / "huggingface" / "hf-emissions").mkdir(parents=True)
        (tmp_path / "cache" / "huggingface" / "hf-emissions" / "no_pull_requests.txt").write_text("other\n")
        repository = server.create("other/model", CARD)
        with pytest.raises(HubError, match="other asked for no pull requests"):
            edit(client, "other/model")
        assert repository.pull_requests == []
