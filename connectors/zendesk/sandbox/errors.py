# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors Zendesk answers with; their shapes differ from service to service."""

from collections.abc import Mapping
from typing import Any

_RATE = "Number of allowed API requests per minute exceeded"
EXPORT_RATE = "Number of allowed incremental export API requests per minute exceeded"
_TICKET_RATE = "Rate limit for ticket updates exceeded, please wait before trying again"


class ZendeskError(Exception):
    """A call that is refused: `status`, a JSON body or plain text, and headers of its own."""

    def __init__(
        self, status: int, body: dict[str, Any] | str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def not_found() -> ZendeskError:
    """404 for a record that is not there."""
    return ZendeskError(404, {"error": "RecordNotFound", "description": "Not found"})


def no_endpoint() -> ZendeskError:
    """404 for a path that is not there."""
    return ZendeskError(404, {"error": "InvalidEndpoint", "description": "Not found"})


def not_signed_in() -> ZendeskError:
    """401 for missing or wrong Basic credentials."""
    return ZendeskError(401, {"error": "Couldn't authenticate you"})


def bad_token() -> ZendeskError:
    """401 for an OAuth token that is unknown or has ended."""
    text = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return ZendeskError(401, {"error": "invalid_token", "error_description": text})


def forbidden(
    text: str = "You do not have access to this page. Please contact the account owner of this "
    "help desk for further help.",
) -> ZendeskError:
    """403 for a right or a scope that is missing."""
    return ZendeskError(403, {"error": {"title": "Forbidden", "message": text}})


def invalid(field: str, text: str, code: str = "InvalidValue") -> ZendeskError:
    """422 for a record that does not pass Zendesk's checks."""
    details = {field: [{"description": text, "error": code}]}
    return ZendeskError(
        422,
        {"error": "RecordInvalid", "description": "Record validation errors", "details": details},
    )


def bad_request(error: str, text: str, **more: Any) -> ZendeskError:
    """400 for parameters that make no sense."""
    return ZendeskError(400, {"error": error, "description": text, **more})


def too_recent() -> ZendeskError:
    """422 for an export from the newest minute on."""
    text = "Too recent start_time. Use a start_time older than 1 minute"
    return ZendeskError(422, {"error": "InvalidValue", "description": text})


def conflict() -> ZendeskError:
    """409 for a safe update that is based on an outdated ticket."""
    text = "Safe Update prevented the update due to outdated ticket data."
    return ZendeskError(409, {"error": "UpdateConflict", "description": text})


def too_fast(retry_after: float | None, *, text: bool = False, says: str = _RATE) -> ZendeskError:
    """429 with the seconds to wait; `text` gives the plain body that ticket updates get."""
    body: dict[str, Any] | str = {"error": "APIRateLimitExceeded", "description": says}
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    return ZendeskError(429, _TICKET_RATE if text else body, headers)


def too_many_jobs(current: list[str], most: int) -> ZendeskError:
    """429 for a job above the account's thirty."""
    body = {
        "error": "TooManyJobs",
        "description": f"Limit of {most} concurrent jobs reached",
        "current_job_ids": current,
    }
    headers = {"zendesk-ratelimit-inflight-jobs": f"total={most}; remaining=0"}
    return ZendeskError(429, body, headers)
