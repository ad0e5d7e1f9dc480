"""Run a simulated system's HTTP application on loopback, in a thread."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette


@contextlib.contextmanager
def listening(
    application: Starlette, name: str, *, port: int = 0, certificate: Path | None = None
) -> Iterator[str]:
    """Serve until the block ends; gives the root URL.

    Port 0 takes a free one, a certificate with its key means TLS.
    """
    with socket.create_server(("127.0.0.1", port)) as listener:
        config = uvicorn.Config(
            application,
            log_level="error",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name=name, daemon=True
        )
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise RuntimeError(f"{name} did not start")
                time.sleep(0.005)
            scheme = "https" if certificate else "http"
            yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
