"""The product's own HTTP server on a loopback port of this process: what is measured is what users call."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from rag.api.app import create_app
from rag.api.patience import KEEP_ALIVE
from rag.api.service import Opener
from rag.config import Settings
from rag.errors import NotReadyError

_LONGEST = 900.0  # seconds for opening: a model may have to be unpacked first
_LOOK = 0.05


@contextmanager
def served(settings: Settings, opener: Opener) -> Iterator[str]:
    """The address of a server over what `opener` opens, ready to answer; it ends with the block.

    Raises:
        NotReadyError: it does not become ready in a quarter of an hour.
        Exception: whatever `opener` raised.
    """
    failures: list[Exception] = []
    app = create_app(settings, opener, on_failure=failures.append)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="on", timeout_keep_alive=KEEP_ALIVE)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, args=([listener],), name="measured server", daemon=True)
        thread.start()
        try:
            _wait(address, failures)
            yield address
        finally:
            server.should_exit = True
            thread.join()


def _wait(address: str, failures: list[Exception]) -> None:
    end = time.monotonic() + _LONGEST
    while time.monotonic() < end:
        for error in failures:
            raise error
        if httpx.get(f"{address}/readyz", timeout=_LONGEST).status_code == httpx.codes.OK:
            return
        time.sleep(_LOOK)
    raise NotReadyError(f"the server that is to be measured was not ready after {_LONGEST:.0f} s")
