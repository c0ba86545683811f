"""The Hub's refusals as one-line errors with advice. No line ever holds a token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import units
from ..errors import HeadMovedError, HfEmissionsError, HubError, NoModelError, QuotaError, UnknownTokenError
from .errors import RequestError
from .redact import redacted
from .waiting import asked_to_wait_s, headers_of, is_transient_status, says_when, status_of

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"
_UNKNOWN_TOKEN = "credentials"  # noqa: S105 - of the Hub's words "Invalid credentials in Authorization header"


def refusal(error: Exception, where: str) -> HfEmissionsError:
    """Convert an error of a call that concerns the repository `where`; deliberate errors stay what they are."""
    from huggingface_hub import errors

    if isinstance(error, HfEmissionsError):
        return error.placed(where) if isinstance(error, RequestError) else error
    if isinstance(error, errors.OfflineModeIsEnabled):
        offline = "HF_HUB_OFFLINE" if os.environ.get("HF_HUB_OFFLINE") else "TRANSFORMERS_OFFLINE"
        return HubError(f"{where}: offline mode is on; unset {offline} to reach the Hub, or name a file")
    if isinstance(error, errors.LocalTokenNotFoundError):
        return HubError(f"{where}: {_no_token()}")
    if isinstance(error, errors.HfHubHTTPError):
        return _refused(error, where)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        advice = "name your authority's file in SSL_CERT_FILE, or check HF_ENDPOINT"
        return HubError(f"{where}: the server cannot prove that it is the Hub ({_said(error)}); {advice}")
    return HubError(f"{where}: the Hub could not be reached ({_said(error) or type(error).__name__}); try again later")


def _refused(error: Exception, where: str) -> HubError:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return HubError(f"{where}: the repository is gated; ask for access on its page, and {_LOG_IN}")
    if status_of(error) == 401:
        return _unauthorized(error, where)
    if isinstance(error, errors.RepositoryNotFoundError):
        return _no_model(where)
    if isinstance(error, errors.RevisionNotFoundError):
        return HubError(f"{where}: there is no such revision; name a branch, a commit or refs/pr/N after the @")
    if isinstance(error, errors.DisabledRepoError):
        return NoModelError(f"{where}: the Hub has disabled this repository; its page says why")
    return _by_status(error, where)


def _no_model(where: str) -> NoModelError:
    return NoModelError(f"{where}: there is no such model, or it is private; check the name, or {_LOG_IN}")


def _unauthorized(error: Exception, where: str) -> HubError:
    """Error for a 401: an unknown token or, without one, a private or absent model."""
    request = _request_of(error)
    if _UNKNOWN_TOKEN in _said(error) or (request is not None and request.url.path.endswith("/whoami-v2")):
        return UnknownTokenError(f"{where}: the Hub does not know the token; {_LOG_IN}")
    told = headers_of(error).get("x-error-code") == "RepoNotFound"
    if told or request is None or "authorization" not in request.headers:
        return _no_model(where)
    return HubError(
        f"{where}: the Hub does not know the token, or shows no such model to it ({_said(error)}); check the name,"
        f" or {_LOG_IN}"
    )


def _by_status(error: Exception, where: str) -> HubError:
    status = status_of(error)
    if status in (409, 412):
        return HeadMovedError(f"{where}: somebody else wrote to it at the same time; nothing was written, try again")
    if status == 429:
        return _quota(error, where)
    return HubError(f"{where}: {_reason(error, status, _said(error))}")


def _reason(error: Exception, status: int | None, said: str) -> str:
    request = _request_of(error)
    if status == 403:
        return _forbidden(request, said)
    if is_transient_status(status):
        return f"the Hub answered {status} ({said}); try again in {_when(error)}"
    if request is None or not request.url.path.endswith("/validate-yaml") or status not in (400, 404, 405):
        return f"the Hub refuses this with {status} ({said})"
    if status == 400:
        return f"the Hub refuses this card, mend it first: {said}"
    return f"nothing can be written to this server ({status}); set HF_ENDPOINT to the Hub itself"


def _forbidden(request: httpx.Request | None, said: str) -> str:
    """Message for a 403, with advice: not what was tried already, and none for a read."""
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
        return QuotaError(f"{where}: the Hub refuses this for now: {redacted(words)}{again}")
    return QuotaError(f"{where}: the Hub's quota is used up for now; try again in {_when(error)}")


def _when(error: Exception) -> str:
    """Requested wait as text; by default, the window of the Hub's quotas."""
    asked_s = asked_to_wait_s(headers_of(error))
    return "five minutes" if asked_s is None else units.format_duration(max(asked_s, 1.0))


def _request_of(error: Exception) -> httpx.Request | None:
    return getattr(getattr(error, "response", None), "request", None)


def _no_token() -> str:
    from huggingface_hub import constants

    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN and not os.environ.get("HF_TOKEN"):
        return "the token is not used, since HF_HUB_DISABLE_IMPLICIT_TOKEN is set; unset it, or set HF_TOKEN"
    return f"there is no token; {_LOG_IN}"


def _said(error: Exception) -> str:
    """Message of the server or the system, on one line."""
    text = getattr(error, "server_message", None) or error
    return redacted(str(text).partition("\nFor more information check:")[0])
