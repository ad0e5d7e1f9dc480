"""Error answers in both manners: problem details (7.2 and later) and `{"message": …}` (before)."""

from __future__ import annotations

import json
import uuid

from starlette.responses import Response

TITLES = {
    400: "Bad Request",
    401: "Authentication Failed",
    403: "Authorization Denied",
    404: "Not Found",
    405: "Method Not Allowed",
    410: "Gone",
    429: "Too Many Requests",
    500: "System Error",
}


class ApiError(Exception):
    """An answer that is an error; rendered in the manner of the simulated version."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *errors: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors, self.headers = errors, headers or {}

    def response(self, *, problem_details: bool) -> Response:
        if problem_details:
            body: dict[str, object] = {
                "detail": self.detail,
                "type": f"urn:ed-fi:api:{self.kind}",
                "title": TITLES.get(self.status, "Error"),
                "status": self.status,
                "correlationId": str(uuid.uuid4()),
            }
            if self.errors:
                body["errors"] = list(self.errors)
            media = "application/problem+json"
        else:
            body = {"message": self.errors[0] if self.errors else self.detail}
            media = "application/json"
        return Response(
            json.dumps(body), status_code=self.status, media_type=media, headers=self.headers
        )


def bad_parameter(text: str) -> ApiError:
    return ApiError(
        400,
        "bad-request:parameter-validation-failed",
        "The request could not be processed. See 'errors' for details.",
        text,
    )


def not_found(detail: str = "The specified data could not be found.") -> ApiError:
    return ApiError(404, "not-found", detail)


def unauthenticated(text: str) -> ApiError:
    return ApiError(401, "security:authentication", "The caller could not be authenticated.", text)


def denied(resource: str, action: str) -> ApiError:
    return ApiError(
        403,
        "security:authorization:access-denied:" + ("action" if action != "Read" else "resource"),
        "Access to the resource could not be authorized.",
        f"The API client's assigned claim set must be granted permission of the '{action}' action "
        f"on the resource claim 'http://ed-fi.org/identity/claims/ed-fi/{resource}'.",
    )
