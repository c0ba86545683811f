"""What CodeCarbon says while it works for us reaches neither the screen nor, with what it names, the ledger."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from recording.helpers import run_script

pytest.importorskip("codecarbon")

from hf_emissions.recording import codecarbon_log
from hf_emissions.recording.codecarbon_log import CapturedMessages, silence
from hf_emissions.recording.console import warn_once
from hf_emissions.recording.redaction import redact_line

log = logging.getLogger("codecarbon")


class Screen(logging.Handler):
    """What is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.shown.append(record.getMessage())


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A screen that shows what CodeCarbon says."""
    found = Screen()
    log.addHandler(found)
    yield found
    log.removeHandler(found)


def on_thread(name: str, say: Callable[[], None]) -> None:
    thread = threading.Thread(target=say, name=name)
    thread.start()
    thread.join()


def test_our_threads_are_not_heard_with_or_without_a_meter(screen: Screen) -> None:
    silence()
    for name in ("hf-emissions", "hf-emissions-place", "hf-emissions-detect"):
        on_thread(name, lambda: log.warning("of ours"))
    heard = CapturedMessages()
    heard.join()
    on_thread("ThreadPoolExecutor-1_0", lambda: log.warning("of CodeCarbon's own thread"))
    heard.leave()
    assert screen.shown == []
    assert heard.warnings == ["of CodeCarbon's own thread"]


def test_somebody_elses_tracker_is_heard(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecarbon_log._screen, "listeners", [])  # a meter of another test may not have ended yet
    heard = CapturedMessages()
    heard.join()
    log.warning("on the main thread")
    heard.leave()
    on_thread("Thread-7", lambda: log.warning("on a thread of theirs"))
    assert screen.shown == ["on the main thread", "on a thread of theirs"]
    assert heard.warnings == []


def test_two_meters_hear_both() -> None:
    first, second = CapturedMessages(), CapturedMessages()
    first.join()
    second.join()
    on_thread("hf-emissions", lambda: log.warning("once"))
    first.leave()
    on_thread("hf-emissions", lambda: log.warning("twice"))
    second.leave()
    assert (first.warnings, second.warnings) == (["once"], ["once", "twice"])


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Folder '/home/jane/out' doesn't exist !", "Folder '[path]' doesn't exist !"),
        ("cannot open ~/.codecarbon.config: denied", "cannot open [path]: denied"),
        ("cannot open C:\\Users\\jane\\x.ini, sorry", "cannot open [path], sorry"),
        ("cannot open /root", "cannot open [path]"),
        ("from:/home/jane/x", "from:[path]"),
        ("/scratch/jane/a/b c", "[path] c"),
        (
            "Unable to read RAPL value from /sys/class/powercap/intel-rapl:0/energy_uj due to permission error",
            "Unable to read RAPL value from /sys/class/powercap/intel-rapl:0/energy_uj due to permission error",
        ),
        ("AMD/ATI card at 3 W/h, see https://docs.codecarbon.io/", "AMD/ATI card at 3 W/h, see https://docs.codecarbon.io/"),
        ("two\nlines", "two\\nlines"),
    ],
)  # fmt: skip
def test_no_path_reaches_the_ledger(message: str, kept: str) -> None:
    heard = CapturedMessages()
    heard.join()
    on_thread("hf-emissions", lambda: log.warning(message))
    heard.leave()
    assert [redact_line({"text": warning})["text"] for warning in heard.warnings] == [kept]


def test_no_text_of_an_exception_reaches_the_ledger() -> None:
    def fail() -> None:
        try:
            raise RuntimeError("user jane on node17")
        except RuntimeError:
            log.warning("it failed", exc_info=True)

    heard = CapturedMessages()
    heard.join()
    on_thread("hf-emissions", fail)
    heard.leave()
    assert heard.warnings == ["RuntimeError"]
    assert heard.last == "RuntimeError: user jane on node17"  # for the console


def test_what_the_look_up_of_the_place_says_is_of_no_meter() -> None:
    heard = CapturedMessages()
    heard.join()
    on_thread("hf-emissions-place", lambda: log.warning("proxy.example.org does not answer"))
    heard.leave()
    assert heard.warnings == []


def test_nothing_of_codecarbon_on_the_screen_of_a_process(out: Path) -> None:
    """Without a country, so that the place is looked for; there is no network."""
    _, said = run_script("slow_import.py", out, 0, 0.1)
    assert "codecarbon" not in said.replace(str(out), "").lower()


def test_the_same_with_another_number_is_said_once(warnings_of: Callable[[], list[str]]) -> None:
    for share in ("51%", "93%", "7%"):
        warn_once(f"Other processes took {share} of the processors' time.")
    warn_once("Something else.")
    assert warnings_of() == [
        "hf-emissions: Other processes took 51% of the processors' time.",
        "hf-emissions: Something else.",
    ]
