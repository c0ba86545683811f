"""What the Hub's refusals mean, as one line that says what to do. No line ever holds a token."""

from __future__ import annotations

import os
import re

from .. import units
from ..errors import HeadMovedError, HubError, MissingExtraError, NoModelError
from ..terminal import one_line
from .waiting import asked_to_wait_s, is_passing_status

_TOKEN = re.compile(
    r"\b(?:hf|api_org|hf_oauth|hf_jwt)_[A-Za-z0-9._-]+|\b(?:api|org)_[A-Za-z0-9]{20,}|(?<=Bearer )[^\s'\"]+"
)
_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"
_LONGEST = 300


def refusal(error: Exception, where: str) -> HubError:
    """The error of a call to the Hub as one of ours.

    Args:
        error: what the client raised.
        where: the repository.
    """
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return HubError(f"{where}: offline mode is on; unset {_offline()} to reach the Hub, or name a file")
    if isinstance(error, errors.LocalTokenNotFoundError):
        return HubError(f"{where}: there is no token; {_LOG_IN}")
    if isinstance(error, errors.HfHubHTTPError):
        return _answered(error, where)
    if isinstance(error, ValueError) and "Invalid metadata" in str(error):
        return HubError(f"{where}: the Hub refuses this card, mend it first: {_said(error, after='README.md.')}")
    if isinstance(error, MissingExtraError):
        raise error
    return HubError(f"{where}: the Hub could not be reached ({_said(error) or type(error).__name__}); try again later")


def _answered(error: Exception, where: str) -> HubError:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return HubError(f"{where}: the repository is gated; ask for access on its page, and {_LOG_IN}")
    if isinstance(error, errors.RepositoryNotFoundError):
        return NoModelError(f"{where}: there is no such model, or it is private; check the name, or {_LOG_IN}")
    if isinstance(error, errors.RevisionNotFoundError):
        return HubError(f"{where}: there is no such revision; name a branch, a commit or refs/pr/N after the @")
    if isinstance(error, errors.DisabledRepoError):
        return HubError(f"{where}: the Hub has disabled this repository")
    return _by_status(error, where)


def _by_status(error: Exception, where: str) -> HubError:
    status = status_of(error)
    if status == 401:
        return HubError(f"{where}: the Hub does not know the token; {_LOG_IN}")
    if status == 403:
        return HubError(
            f"{where}: the token may not do this ({_said(error)}); use one with the role write, or propose it with"
            " --create-pr"
        )
    if status in (409, 412):
        return HeadMovedError(f"{where}: somebody else wrote to it at the same time; nothing was written, try again")
    if status == 429:
        return HubError(f"{where}: the Hub's quota is used up for now; try again in {_when(error)}")
    if is_passing_status(status):
        return HubError(f"{where}: the Hub answered {status} ({_said(error)}); try again in {_when(error)}")
    return HubError(f"{where}: the Hub refuses this with {status} ({_said(error)})")


def _when(error: Exception) -> str:
    """How long the answer asks to wait; the window of the Hub's quotas, where it does not say."""
    asked_s = asked_to_wait_s(getattr(getattr(error, "response", None), "headers", None) or {})
    return "five minutes" if asked_s is None else units.format_duration(max(asked_s, 1.0))


def _offline() -> str:
    return "HF_HUB_OFFLINE" if os.environ.get("HF_HUB_OFFLINE") else "TRANSFORMERS_OFFLINE"


def status_of(error: Exception) -> int | None:
    """The status of the answer that an error is about, if there was an answer."""
    return getattr(getattr(error, "response", None), "status_code", None)


def without_token(text: str) -> str:
    """The text without the token in use, and without everything that looks like one."""
    own = os.environ.get("HF_TOKEN", "").strip()
    return _TOKEN.sub("***", text.replace(own, "***") if own else text)


def _said(error: Exception, after: str = "") -> str:
    """What the server or the system said, on one line."""
    text = str(getattr(error, "server_message", None) or error).partition("\nFor more information check:")[0]
    return without_token(one_line(" ".join(text.partition(after)[2].split() if after else text.split()))[:_LONGEST])
