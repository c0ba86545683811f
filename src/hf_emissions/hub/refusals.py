"""The Hub's refusals as one-line errors with advice. No line ever holds a token."""

from __future__ import annotations

import os
from typing import Any

from .. import units
from ..errors import HeadMovedError, HubError, MissingExtraError, NoModelError, QuotaError, UnknownTokenError
from .unplaced import UnplacedError
from .waiting import asked_in_words_s, asked_to_wait_s, is_passing_status, says_when
from .words import said_safely

_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"
_UNKNOWN_TOKEN = "credentials"  # noqa: S105 - of the Hub's words "Invalid credentials in Authorization header"


def refusal(error: Exception, where: str) -> HubError:
    """Convert an error of a call to the Hub.

    Args:
        error: raised by the client.
        where: the repository.
    """
    from huggingface_hub import errors

    if isinstance(error, errors.OfflineModeIsEnabled):
        return HubError(f"{where}: offline mode is on; unset {_offline()} to reach the Hub, or name a file")
    if isinstance(error, errors.LocalTokenNotFoundError):
        return HubError(f"{where}: {_no_token()}")
    if isinstance(error, errors.HfHubHTTPError):
        return _answered(error, where)
    if isinstance(error, MissingExtraError):
        raise error
    if isinstance(error, HubError):
        return error.placed(where) if isinstance(error, UnplacedError) else error
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        advice = "name your authority's file in SSL_CERT_FILE, or check HF_ENDPOINT"
        return HubError(f"{where}: the server cannot prove that it is the Hub ({_said(error)}); {advice}")
    return HubError(f"{where}: the Hub could not be reached ({_said(error) or type(error).__name__}); try again later")


def _answered(error: Exception, where: str) -> HubError:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return HubError(f"{where}: the repository is gated; ask for access on its page, and {_LOG_IN}")
    if status_of(error) == 401:
        return _unauthorized(error, where)
    if isinstance(error, errors.RepositoryNotFoundError):
        return NoModelError(f"{where}: there is no such model, or it is private; check the name, or {_LOG_IN}")
    if isinstance(error, errors.RevisionNotFoundError):
        return HubError(f"{where}: there is no such revision; name a branch, a commit or refs/pr/N after the @")
    if isinstance(error, errors.DisabledRepoError):
        return NoModelError(f"{where}: the Hub has disabled this repository; its page says why")
    return _by_status(error, where)


def _unauthorized(error: Exception, where: str) -> HubError:
    """Error for a 401: an unknown token or, without one, a private or absent model."""
    request = _request_of(error)
    if _UNKNOWN_TOKEN in _said(error) or (request is not None and request.url.path.endswith("/whoami-v2")):
        return UnknownTokenError(f"{where}: the Hub does not know the token; {_LOG_IN}")
    told = headers_of(error).get("x-error-code") == "RepoNotFound"
    if told or request is None or "authorization" not in request.headers:
        return NoModelError(f"{where}: there is no such model, or it is private; check the name, or {_LOG_IN}")
    return HubError(
        f"{where}: the Hub does not know the token, or shows no such model to it ({_said(error)}); check the name,"
        f" or {_LOG_IN}"
    )


def _by_status(error: Exception, where: str) -> HubError:
    status = status_of(error)
    if status == 403:
        return HubError(f"{where}: {_forbidden(error)}")
    if status in (409, 412):
        return HeadMovedError(f"{where}: somebody else wrote to it at the same time; nothing was written, try again")
    if status == 429:
        return _quota(error, where)
    if _path_of(error).endswith("/validate-yaml") and status in (400, 404, 405):
        return HubError(f"{where}: {_invalid(error)}")
    if is_passing_status(status):
        return HubError(f"{where}: the Hub answered {status} ({_said(error)}); try again in {_when(error)}")
    return HubError(f"{where}: the Hub refuses this with {status} ({_said(error)})")


def _invalid(error: Exception) -> str:
    """Reason why a card is invalid, or why the server cannot validate it."""
    if status_of(error) == 400:
        return f"the Hub refuses this card, mend it first: {_said(error)}"
    return f"nothing can be written to this server ({status_of(error)}); set HF_ENDPOINT to the Hub itself"


def _forbidden(error: Exception) -> str:
    """Message for a 403, with advice: not what was tried already, and none for a read."""
    request, said = _request_of(error), _said(error)
    if request is None or request.method == "GET":
        return f"the Hub does not show this ({said})"
    path, query = request.url.path, request.url.query.decode("ascii", "replace")
    if "create_pr=1" in query or "/discussions" in path:
        return f"no pull request may be opened or changed here ({said}); write to the owner instead"
    if "refs%2fpr%2f" in request.url.raw_path.decode("ascii", "replace").lower():
        return f"the token may not write to this pull request ({said}); use one with the role write"
    return f"the token may not do this ({said}); use one with the role write, or propose it with --create-pr"


def _quota(error: Exception, where: str) -> QuotaError:
    """Error for an exhausted quota, in the server's words if there are any."""
    words = getattr(error, "server_message", None)
    if words:
        again = "" if says_when(words) else f"; try again in {_when(error)}"
        return QuotaError(f"{where}: the Hub refuses this for now: {said_safely(words)}{again}")
    return QuotaError(f"{where}: the Hub's quota is used up for now; try again in {_when(error)}")


def _when(error: Exception) -> str:
    """Requested wait as text; by default, the window of the Hub's quotas."""
    asked_s = asked_to_wait_s(headers_of(error))
    return "five minutes" if asked_s is None else units.format_duration(max(asked_s, 1.0))


def asked_wait_s(error: Exception) -> float | None:
    """Seconds that a response asks to wait, by headers or words; infinity for a refused action without a time."""
    asked_s = asked_to_wait_s(headers_of(error))
    if status_of(error) != 429:
        return asked_s
    return asked_in_words_s(headers_of(error), getattr(error, "server_message", None) or "", asked_s)


def headers_of(error: Exception) -> Any:
    """Headers of the response behind an error."""
    return getattr(getattr(error, "response", None), "headers", None) or {}


def _request_of(error: Exception) -> Any:
    return getattr(getattr(error, "response", None), "request", None)


def _path_of(error: Exception) -> str:
    request = _request_of(error)
    return "" if request is None else str(request.url.path)


def _no_token() -> str:
    from huggingface_hub import constants

    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN and not os.environ.get("HF_TOKEN"):
        return "the token is not used, since HF_HUB_DISABLE_IMPLICIT_TOKEN is set; unset it, or set HF_TOKEN"
    return f"there is no token; {_LOG_IN}"


def _offline() -> str:
    return "HF_HUB_OFFLINE" if os.environ.get("HF_HUB_OFFLINE") else "TRANSFORMERS_OFFLINE"


def status_of(error: Exception) -> int | None:
    """Status of the response behind an error, if any."""
    return getattr(getattr(error, "response", None), "status_code", None)


def _said(error: Exception) -> str:
    """Message of the server or the system, on one line."""
    text = getattr(error, "server_message", None) or error
    return said_safely(str(text).partition("\nFor more information check:")[0])
