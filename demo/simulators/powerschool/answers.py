"""Answers of the API: JSON or XML as the client asks, and errors in both manners."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from demo.simulators.powerschool.config import Behaviour


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message = status, message
        self.errors, self.headers = errors, dict(headers or {})

    def response(self, request: Request, behaviour: Behaviour) -> Response:
        body: dict[str, Any] = {behaviour.error_key: self.message}
        if self.errors:
            body["errors"] = self.errors
        return answer(request, body, status=self.status, headers=self.headers)


def unauthorized() -> ApiError:
    refused = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return ApiError(401, "The access token is invalid or has expired", headers=refused)


def forbidden(text: str = "") -> ApiError:
    message = "The request is for a resource the user is not allowed to access"
    return ApiError(403, f"{message}{text}")


def invalid(resource: str, field: str, code: str = "Invalid") -> ApiError:
    errors = [{"resource": resource, "field": field, "code": code}]
    return ApiError(400, "Validation Failed", errors=errors)


def not_found() -> ApiError:
    return ApiError(404, "The requested resource was not found")


def answer(
    request: Request, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON for a client that asks for it, else XML."""
    if "json" in request.headers.get("accept", ""):
        return Response(json.dumps(body), status, headers, media_type="application/json")
    text = f'<?xml version="1.0" encoding="UTF-8"?><results>{_xml(body)}</results>'
    return Response(text, status, headers, media_type="application/xml")


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(
            _xml_list(name, inner)
            if isinstance(inner, list)
            else f"<{name.lstrip('@')}>{_xml(inner)}</{name.lstrip('@')}>"
            for name, inner in value.items()
        )
    return escape(str(value))


def _xml_list(name: str, values: list[Any]) -> str:
    return "".join(f"<{name}>{_xml(value)}</{name}>" for value in values)


def listed(rows: list[Any], name: str, behaviour: Behaviour) -> dict[str, Any]:
    """A list as XML made into JSON shows it: one element bare, none not at all."""
    if not rows:
        return {name: []} if behaviour.empty_as_list else {}
    if len(rows) == 1 and behaviour.single_as_object:
        return {name: rows[0]}
    return {name: rows}


def counted(count: int, behaviour: Behaviour) -> dict[str, Any]:
    return {"resource": {"count": count}} if behaviour.counts == "resource" else {"count": count}
