"""The Hub's refusals as one-line errors with advice. No line ever holds a token."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import units
from ..errors import HeadMovedError, HfEmissionsError, HubError, NoModelError, QuotaError, UnknownTokenError
from .errors import GatedError, RequestError
from .redact import redacted
from .waiting import asked_to_wait_s, is_transient_status, names_a_time

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

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
    said = redacted(_message(error))
    if isinstance(error, errors.HfHubHTTPError):
        return _refused(error, where, said)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        advice = "name your authority's file in SSL_CERT_FILE, or check HF_ENDPOINT"
        return HubError(f"{where}: the server cannot prove that it is the Hub ({said}); {advice}")
    return HubError(f"{where}: the Hub could not be reached ({said or type(error).__name__}); try again later")


def _message(error: Exception) -> str:
    """Message of the server or the system."""
    text = getattr(error, "server_message", None) or error
    return str(text).partition("\nFor more information check:")[0]


def _no_token() -> str:
    from huggingface_hub import constants

    if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN and not os.environ.get("HF_TOKEN"):
        return "the token is not used, since HF_HUB_DISABLE_IMPLICIT_TOKEN is set; unset it, or set HF_TOKEN"
    return f"there is no token; {_LOG_IN}"


def _refused(error: HfHubHTTPError, where: str, said: str) -> HubError:
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return GatedError(f"{where}: the repository is gated; ask for access on its page, and {_LOG_IN}")
    if error.response.status_code == 401:
        return _unauthorized(error, where, said)
    if isinstance(error, errors.RepositoryNotFoundError):
        return _no_model(where)
    if isinstance(error, errors.RevisionNotFoundError):
        return NoModelError(f"{where}: there is no such revision; name a branch, a commit or refs/pr/N after the @")
    if isinstance(error, errors.DisabledRepoError):
        return NoModelError(f"{where}: the Hub has disabled this repository; its page says why")
    return _by_status(error, where, said)


def _no_model(where: str) -> NoModelError:
    return NoModelError(f"{where}: there is no such model, or it is private; check the name, or {_LOG_IN}")


def _unauthorized(error: HfHubHTTPError, where: str, said: str) -> HubError:
    """Error for a 401: an unknown token or, without one, a private or absent model."""
    request = error.response.request
    if _UNKNOWN_TOKEN in said or request.url.path.endswith("/whoami-v2"):
        return UnknownTokenError(f"{where}: the Hub does not know the token; {_LOG_IN}")
    if error.response.headers.get("x-error-code") == "RepoNotFound" or "authorization" not in request.headers:
        return _no_model(where)
    return HubError(
        f"{where}: the Hub does not know the token, or shows no such model to it ({said}); check the name, or {_LOG_IN}"
    )


def _by_status(error: HfHubHTTPError, where: str, said: str) -> HubError:
    status = error.response.status_code
    if status in (409, 412):
        return HeadMovedError(f"{where}: somebody else wrote to it at the same time; nothing was written, try again")
    if status == 410:
        return NoModelError(f"{where}: this is gone from the Hub ({said})")
    asked_s = asked_to_wait_s(error.response.headers)
    # By default, the window of the Hub's quotas.
    again = f"try again in {'five minutes' if asked_s is None else units.format_duration(max(asked_s, 1.0))}"
    if status != 429:
        return HubError(f"{where}: {_reason(error, said, again)}")
    if error.server_message:
        when = "" if names_a_time(error.server_message) else f"; {again}"
        return QuotaError(f"{where}: the Hub refuses this for now: {said}{when}")
    return QuotaError(f"{where}: the Hub's quota is used up for now; {again}")


def _reason(error: HfHubHTTPError, said: str, again: str) -> str:
    status, request = error.response.status_code, error.response.request
    if status == 403:
        return _forbidden(error, said)
    if is_transient_status(status):
        return f"the Hub answered {status} ({said}); {again}"
    if not request.url.path.endswith("/validate-yaml") or status not in (400, 404, 405):
        return f"the Hub refuses this with {status} ({said})"
    if status == 400:
        return f"the Hub refuses this card, mend it first: {said}"
    return f"nothing can be written to this server ({status}); set HF_ENDPOINT to the Hub itself"


def _forbidden(error: HfHubHTTPError, said: str) -> str:
    """Message for a 403, with advice: not what was tried already, and none for a read."""
    request = error.response.request
    if request.method == "GET":
        return f"the Hub does not show this ({said})"
    path, query = request.url.path, request.url.query.decode("ascii", "replace")
    if "create_pr=1" in query or "/discussions" in path:
        return f"no pull request may be opened or changed here ({said}); write to the owner instead"
    if "refs%2fpr%2f" in request.url.raw_path.decode("ascii", "replace").lower():
        return f"the token may not write to this pull request ({said}); use one with the role write"
    return f"the token may not do this ({said}); use one with the role write, or propose it with --create-pr"
