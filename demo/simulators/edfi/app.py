"""The HTTP application: routes of the ODS/API in front of a store, with faults on the way."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.simulators.edfi import reading
from demo.simulators.edfi.auth import Tokens
from demo.simulators.edfi.config import Behaviour, discovery
from demo.simulators.edfi.control import Control
from demo.simulators.edfi.errors import ApiError, not_found, unauthenticated
from demo.simulators.edfi.store import Store
from demo.simulators.faults import Fault, Faults, damage


class Application:
    """Handlers over one store. `requests` lists every path with its query, for tests."""

    def __init__(
        self,
        store: Store,
        behaviour: Behaviour,
        tokens: Tokens,
        faults: Faults,
        control: Control | None = None,
    ) -> None:
        self.store, self.behaviour, self.tokens, self.faults = store, behaviour, tokens, faults
        self.control = control
        self.requests: list[str] = []

    def build(self) -> Starlette:
        b = self.behaviour
        paths: dict[str, Callable[[Request], Awaitable[Response]]] = {
            f"{b.changes}/availableChangeVersions": self.versions,
            f"{b.changes}/snapshots": self.snapshots,
            f"{b.data}/ed-fi/{{resource}}": self.collection,
            f"{b.data}/ed-fi/{{resource}}/{{part}}": self.part,
            "/{rest:path}": self.unknown,
        }
        routes = [
            Route(path, self._guarded(handler), methods=["GET", "POST", "PUT", "DELETE"])
            for path, handler in paths.items()
        ]
        opened = [
            Route("/", self._faulty(self.discovery)),
            Route(b.token, self._faulty(self.tokens.issue), methods=["POST"]),
        ]
        if b.prefix:
            opened.append(Route(b.prefix + "/", self._faulty(self.discovery)))
            opened.append(Route(b.prefix, self._faulty(self.discovery)))
        return Starlette(routes=[*opened, *routes])

    async def discovery(self, request: Request) -> Response:
        root = str(request.base_url).rstrip("/")
        inside = request.url.path.startswith(self.behaviour.prefix + "/")
        return JSONResponse(discovery(self.behaviour, root, at_context=inside))

    async def versions(self, request: Request) -> Response:
        return JSONResponse(reading.available_versions(self.store, self.behaviour))

    async def snapshots(self, request: Request) -> Response:
        if self.behaviour.version == "7.3":
            raise not_found()
        now = datetime.now(UTC).isoformat()
        one = {"id": secrets.token_hex(16), "snapshotIdentifier": "abc", "snapshotDateTime": now}
        return JSONResponse([one] if self.behaviour.snapshot_exists else [])

    async def collection(self, request: Request) -> Response:
        lie = sum(fault.by for fault in request.state.faults if fault.kind == "count")
        resource = request.path_params["resource"]
        return reading.collection(
            self.store, self.behaviour, resource, request.query_params, lie=lie
        )

    async def part(self, request: Request) -> Response:
        resource, part = request.path_params["resource"], request.path_params["part"]
        if part in {"deletes", "keyChanges"}:
            return reading.changes(self.store, self.behaviour, resource, part, request.query_params)
        if part == "partitions":
            return reading.partitions(self.store, self.behaviour, resource, request.query_params)
        table = self.store.tables.get(resource)
        if table is None or part not in table.rows:
            raise not_found()
        return JSONResponse(table.rows[part].record)

    async def unknown(self, request: Request) -> Response:
        raise not_found()

    def _guarded(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def authorised(request: Request) -> Response:
            self.tokens.check(request.headers.get("authorization"))
            reading.check_snapshot(self.behaviour, request.headers, request.method)
            if request.method != "GET":
                raise ApiError(405, "method-not-allowed", "The simulated ODS/API is read-only.")
            return await handler(request)

        return self._faulty(authorised)

    def _faulty(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            query = f"?{request.url.query}" if request.url.query else ""
            path = request.url.path + query
            self.requests.append(path)
            if self.control is not None:
                self.control.read_new(self.store, self.faults, self.behaviour)
            request.state.faults = self.faults.strike(path)
            try:
                for fault in request.state.faults:
                    await self._strike(fault)
                response = await handler(request)
            except ApiError as error:
                return error.response(problem_details=self.behaviour.problem_details)
            for fault in request.state.faults:
                response = damage(fault, response)
            return response

        return handle

    async def _strike(self, fault: Fault) -> None:
        if fault.kind == "mutate" and fault.action is not None:
            fault.action()
        elif fault.kind == "unauthorized":
            self.tokens.expire_all()
            raise unauthenticated("Invalid Authorization header.")
        elif fault.kind == "throttle":
            # a gateway in front answers, so the body is not the ODS/API's
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            raise ApiError(429, "throttled", "Too many requests.", headers=headers)
        elif fault.kind == "error":
            raise ApiError(fault.status, "system", "An unexpected problem has occurred.")
        elif fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
