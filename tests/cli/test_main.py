"""What all commands share: help, errors, exit codes, and the ways in which a reader or a user leaves."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import termios
import threading
import time

import click
import pytest

from hf_emissions import __version__
from hf_emissions.cli.main import cli

PROMISED = ["show", "add", "remove", "check", "rules", "import", "estimate", "audit", "runs"]
COMMANDS = cli.list_commands(click.Context(cli))


def test_version(run):
    assert run("--version").out == f"hf-emissions, version {__version__}\n"


def test_help_lists_the_commands_with_a_line_each(run):
    result = run("--help")
    listed = result.out[result.out.index("Commands:\n") :].splitlines()[1:]
    assert [line.split()[0] for line in listed] == COMMANDS
    assert COMMANDS[: len(PROMISED)] == PROMISED
    assert all(line.endswith(".") for line in listed)
    assert result.err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_examples(run, command):
    result = run(command, "-h")
    assert f"Usage: hf-emissions {command} [OPTIONS]" in result.out
    assert "Examples:\n" in result.out
    assert f"hf-emissions {command} " in result.out.partition("Examples:")[2]


def test_no_command_prints_the_help(run):
    assert "Commands:\n" in run(code=2).err


def test_a_command_that_is_not_there(run):
    result = run("frobnicate", code=2)
    assert result.out == ""
    assert result.err.endswith("Error: No such command 'frobnicate'.\n")


@pytest.mark.parametrize("command", [("show",), ("remove",), ("check",), ("add", "--emissions", "1 g")])
class TestWhatCannotBeDone:
    def test_a_file_that_is_not_there(self, run, command):
        result = run(*command, "nope.md", code=2)
        assert (result.out, result.err) == (
            "",
            "Error: nope.md: there is no such file or folder; name a card, a folder of cards, user/model, or -\n",
        )

    def test_a_folder_without_a_card(self, run, tmp_path, command):
        (tmp_path / "empty").mkdir()
        result = run(*command, "empty", code=2)
        assert (result.out, result.err) == ("", "Error: empty: there is no README.md in this folder\n")

    @pytest.mark.parametrize("name", ["README.md", "-"])
    def test_bytes_that_are_not_utf_8(self, run, write, command, name):
        data = b"---\nlicense: \xff\n---\n"
        path = write("README.md", data)
        result = run(*command, name, stdin=data, code=2)
        shown = "<stdin>" if name == "-" else name
        reason = "the bytes are not UTF-8 (offset 13: 0xff); save the card as UTF-8"
        assert (result.out, result.err.splitlines()[0]) == ("", f"Error: {shown}:2:10: {reason}")
        assert path.read_bytes() == data

    def test_a_pipe_is_no_card(self, run, command):
        result = run(*command, "/dev/null", code=2)
        assert result.err.splitlines()[0] == "Error: /dev/null: this is not a file; name the card itself"


@pytest.mark.parametrize("command", [("show",), ("remove",), ("add", "--emissions", "1 g")])
def test_front_matter_that_cannot_be_read(run, write, command):
    text = "---\nlicense: mit\ntags: [a\n---\n"
    path = write("models/README.md", text)
    result = run(*command, "models", code=2)
    assert result.out == ""
    assert result.err.startswith("Error: models/README.md:4:1: front matter cannot be read: ")
    assert result.err.count("\n") == 1
    assert path.read_text() == text


def test_a_folder_that_cannot_be_written(run, write, card, tmp_path):
    path = write("README.md", card)
    code = "import os, tempfile; tempfile.mkstemp = lambda **_: os.open('/nowhere/x', os.O_CREAT)"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nfrom hf_emissions.cli.main import main; main()",
            *("add", "README.md", "--emissions", "1 g"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "Error: README.md: No such file or directory\n")
    assert path.read_text() == card


def test_a_defect_of_ours_is_no_finding(tmp_path, environment):
    code = "import hf_emissions.cli.main as m; m.cli.main = lambda **_: 1 / 0; m.main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    last = "Error: a defect of hf-emissions, please report it: ZeroDivisionError: division by zero"
    assert done.stderr.splitlines()[-1] == last


def test_debugging_shows_where_an_error_was_raised(run):
    assert "Traceback" in run("show", "nope.md", code=2, HF_DEBUG="1").err


ESCAPES = "\x1b[31mred\x9b\u202e\u200b"


def test_control_characters_of_a_card_do_not_reach_the_terminal(run, write):
    write("README.md", '---\nco2_eq_emissions:\n  emissions: 1\n  source: "\\e[31mred\\x9b\\u202E\\u200B"\n---\n')
    assert run("show", "README.md").out == ("README.md: 1 g CO2eq\n  source: \\x1b[31mred\\x9b\\u202e\\u200b\n")


def test_control_characters_of_a_name_do_not_reach_the_terminal(run, write, card):
    write(f"{ESCAPES}\n/README.md", card)
    shown = "\\x1b[31mred\\x9b\\u202e\\u200b"
    result = run("check", ".", code=1)
    assert shown in result.out
    assert not set(ESCAPES[:1] + ESCAPES[-3:]) & set(result.out + result.err)
    result = run("show", f"{ESCAPES}.md", code=2)
    assert result.err.startswith(f"Error: {shown}.md: there is no such file")


def test_json_escapes_nothing_but_what_json_must(run, write):
    write("README.md", '---\nco2_eq_emissions:\n  emissions: 1\n  source: "größe \\e"\n---\n')
    assert '"source": "größe \\u001b"' in run("show", "README.md", "--format", "json").out


class TestAReaderThatLeaves:
    """As `| head -1` does; a pipe holds 64 KiB, so that more than that finds it closed."""

    def leave(self, entry, environment, folder, *arguments):
        process = subprocess.Popen(
            [*entry, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment,
        )
        assert process.stdout
        assert process.stderr
        with process:
            process.stdout.readline()
            process.stdout.close()
            errors = process.stderr.read().decode()
        return process.returncode, errors

    def test_many_lines(self, entry, environment, write, tmp_path):
        source = "x" * 1000
        for index in range(200):
            text = f"---\nco2_eq_emissions:\n  emissions: 1\n  source: {source}\n---\n"
            write(f"{index:03d}/README.md", text)
        assert self.leave(entry, environment, tmp_path, "show", ".") == (0, "")

    def test_one_long_diff(self, entry, environment, write, tmp_path):
        lines = "".join(f"  note_{index}: {'x' * 1000}\n" for index in range(200))
        write("README.md", f"---\nco2_eq_emissions:\n  emissions: 1\n{lines}---\n")
        assert self.leave(entry, environment, tmp_path, "remove", "README.md", "--dry-run") == (0, "")

    def test_one_long_document(self, entry, environment, write, tmp_path):
        write("README.md", f"---\nco2_eq_emissions:\n  emissions: 1\n  source: {'x' * 200_000}\n---\n")
        assert self.leave(entry, environment, tmp_path, "show", "README.md", "--format", "json") == (0, "")


def test_an_interrupt(entry, environment, tmp_path):
    process = subprocess.Popen(
        [*entry, "show", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads yet
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    with process:
        # More than a pipe holds; once the pipe is empty, the command waits for more.
        process.stdin.write(b"x" * 300_000)
        process.stdin.flush()
        while waiting_bytes(process.stdin):
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().decode().strip() == "Interrupted; nothing more was written."
        assert process.stdout.read() == b""
    watchdog.cancel()
    assert process.returncode == 130


def waiting_bytes(pipe) -> int:
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
