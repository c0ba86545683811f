"""What the Hub's refusals mean, as one line that says what to do. No line ever holds a token."""

from __future__ import annotations

import re

from ..errors import HeadMovedError, HubError, MissingExtraError, NoModelError
from ..terminal import one_line

_TOKEN = re.compile(r"\b(?:hf|api_org|hf_oauth|hf_jwt)_[A-Za-z0-9._-]+")
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
        return HubError(f"{where}: offline mode is on; unset HF_HUB_OFFLINE to reach the Hub, or name a file")
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
        return HubError(f"{where}: the token may not do this ({_said(error)}); use one with the role write")
    if status in (409, 412):
        return HeadMovedError(f"{where}: somebody else wrote to it at the same time; nothing was written, try again")
    if status == 429:
        return HubError(f"{where}: the Hub's quota is used up for now; try again in five minutes")
    return HubError(f"{where}: the Hub answered {status} ({_said(error)}); try again later")


def status_of(error: Exception) -> int | None:
    """The status of the answer that an error is about, if there was an answer."""
    return getattr(getattr(error, "response", None), "status_code", None)


def without_token(text: str) -> str:
    """The text with everything that looks like a token taken out."""
    return _TOKEN.sub("***", text)


def _said(error: Exception, after: str = "") -> str:
    """What the server or the system said, on one line."""
    text = str(getattr(error, "server_message", None) or error)
    return without_token(one_line(" ".join(text.partition(after)[2].split() if after else text.split()))[:_LONGEST])
