"""CodeCarbon's detection of the hardware, once a process and off the training thread."""

from __future__ import annotations

import threading

from .meter import Meter, MeterError

# How long the start of a training waits for the hardware to be detected.
READY_S = 2.0

_detection: list[threading.Event] = []


def detect_hardware() -> None:
    """Have CodeCarbon detect the hardware on a thread of its own: about two seconds, once a process.

    Begun before the training, so that it does not slow the first steps.
    """
    if not _detection:
        _detection.append(threading.Event())
        threading.Thread(target=_detect, args=_detection, daemon=True, name="hf-emissions-detect").start()


def _detect(done: threading.Event) -> None:
    meter = Meter()
    try:
        meter.prepare()
    except MeterError:
        return  # the recorder's own meter will fail as well, and say so
    finally:
        done.set()
        meter.stop()


def wait_for_detection() -> None:
    """Wait until the detection that was begun, if one was, has ended."""
    for done in _detection:
        done.wait()
