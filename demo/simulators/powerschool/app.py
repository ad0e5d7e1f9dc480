"""The HTTP application: routes of PowerSchool's API in front of a store, with faults on the way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.simulators.faults import Fault, Faults, damage
from demo.simulators.powerschool import resources
from demo.simulators.powerschool.answers import ApiError, answer, not_found, unauthorized
from demo.simulators.powerschool.auth import Tokens
from demo.simulators.powerschool.config import Behaviour
from demo.simulators.powerschool.control import Control
from demo.simulators.powerschool.store import Store
from demo.simulators.powerschool.tables import Schema

Handler = Callable[[Request], Awaitable[Response]]
Reads = Callable[[Request], Any]


class Application:
    """Handlers over one store. `requests` lists every path with its query, for tests."""

    def __init__(
        self,
        store: Store,
        behaviour: Behaviour,
        schema: Schema,
        tokens: Tokens,
        faults: Faults,
        *,
        clock: Callable[[], float],
        control: Control | None = None,
    ) -> None:
        self.store, self.behaviour, self.schema = store, behaviour, schema
        self.tokens, self.faults, self.control = tokens, faults, control
        self.requests: list[str] = []
        self._clock = clock
        self._last = float("-inf")
        self._lock = threading.Lock()

    def build(self) -> Starlette:
        store, b, schema = self.store, self.behaviour, self.schema
        gets: dict[str, Reads] = {
            "/ws/v1/metadata": lambda _: resources.metadata(b),
            "/ws/v1/district": lambda _: resources.district(b),
            "/ws/v1/district/school": lambda r: resources.schools(store, b, r.query_params),
            "/ws/v1/district/school/count": lambda _: resources.count_schools(store, b),
            "/ws/v1/district/student": lambda r: resources.students(store, b, r.query_params),
            "/ws/v1/district/student/count": lambda r: resources.count_students(
                store, b, r.query_params
            ),
            "/ws/v1/student/{key}": lambda r: resources.student(
                store, r.path_params["key"], r.query_params
            ),
            "/ws/schema/table": lambda _: schema.tables(),
            "/ws/schema/table/{table}": lambda r: schema.page(_table(r), r.query_params),
            "/ws/schema/table/{table}/count": lambda r: schema.count(
                _table(r), r.query_params, lie=_lie(r)
            ),
            "/ws/schema/table/{table}/metadata": lambda r: schema.metadata(_table(r)),
            "/ws/schema/table/{table}/{key}": lambda r: schema.row(_table(r), r.path_params["key"]),
        }
        posts: dict[str, Callable[[Request, bytes], Any]] = {
            "/ws/schema/query/{name}/count": lambda r, body: schema.run_count(
                r.path_params["name"], body, lie=_lie(r)
            ),
            "/ws/schema/query/{name}": lambda r, body: schema.run(
                r.path_params["name"], body, r.query_params, lie=_lie(r)
            ),
        }
        token = self._faulty(self.tokens.issue)
        routes = [Route(f"/oauth/access_token{end}", token, methods=["POST"]) for end in ("", "/")]
        routes += [Route(path, self._read(reads), methods=["GET"]) for path, reads in gets.items()]
        routes += [Route(path, self._ran(runs), methods=["POST"]) for path, runs in posts.items()]
        routes.append(Route("/{rest:path}", self._read(_unknown)))
        return Starlette(routes=routes)

    def _read(self, reads: Reads) -> Handler:
        async def handle(request: Request) -> Response:
            self._admit(request)
            return answer(request, reads(request))

        return self._faulty(handle)

    def _ran(self, runs: Callable[[Request, bytes], Any]) -> Handler:
        async def handle(request: Request) -> Response:
            self._admit(request)
            return answer(request, runs(request, await request.body()))

        return self._faulty(handle)

    def _admit(self, request: Request) -> None:
        self.tokens.check(request.headers.get("authorization"))
        with self._lock:
            now, before = self._clock(), self._last
            self._last = now
        if now - before < self.behaviour.min_interval_s:
            raise _throttled(self.behaviour.retry_after)

    def _faulty(self, handler: Handler) -> Handler:
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
                return error.response(request, self.behaviour)
            for fault in request.state.faults:
                response = damage(fault, response)
            return response

        return handle

    async def _strike(self, fault: Fault) -> None:
        if fault.kind == "mutate" and fault.action is not None:
            fault.action()
        elif fault.kind == "unauthorized":
            self.tokens.expire_all()
            raise unauthorized()
        elif fault.kind == "throttle":
            raise _throttled(fault.retry_after)
        elif fault.kind == "error":
            raise ApiError(fault.status, "An unexpected error has occurred")
        elif fault.kind == "hang":
            await asyncio.sleep(fault.seconds)


def _throttled(retry_after: str | None) -> ApiError:
    headers = {"Retry-After": retry_after} if retry_after else {}
    return ApiError(429, "Too many requests", headers=headers)


def _table(request: Request) -> str:
    return str(request.path_params["table"]).lower()


def _lie(request: Request) -> int:
    return sum(fault.by for fault in request.state.faults if fault.kind == "count")


def _unknown(_: Request) -> Any:
    raise not_found()
