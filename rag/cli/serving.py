"""`jushi serve`: the HTTP server."""

from __future__ import annotations

import signal
import socket
import sys
from types import FrameType
from typing import Annotated

import typer

from rag.api.auth import Keyring
from rag.api.hosts import require_guarded
from rag.cli.options import AsJson, Data
from rag.cli.output import write_json
from rag.config import Settings, load_settings
from rag.errors import ConfigError, JushiError


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 8000 by default, 0 for a free one.")] = None,
    allow_open: Annotated[
        bool, typer.Option("--allow-open", help="Serve to other machines though no keys are set.")
    ] = False,
    seeds: Annotated[bool, typer.Option("--seeds", help="Index the starter articles first if there are none.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Serve the OpenAI-compatible API and the readable articles over HTTP until Ctrl-C or SIGTERM.

    Running answers get the setting `shutdown_seconds` to end; new connections are refused meanwhile.
    """
    settings = load_settings(data=data, host=host, port=port, allow_open=allow_open or None)
    Keyring(entry.get_secret_value() for entry in settings.api_keys)  # what is wrong with them is said first
    listener = _listen(settings)
    address = _address(listener)
    if as_json:
        write_json({"url": address, "data": str(settings.data.resolve())})
    else:
        sys.stderr.write(f"jushi: serving {settings.data} on {address} (Ctrl-C stops)\n")
    _run(settings, listener, seeds=seeds)


def _listen(settings: Settings) -> socket.socket:
    """A bound socket, so that a taken port is known before anything is loaded.

    Raises:
        ConfigError: the address cannot be bound, or others could reach it without a key.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        require_guarded(settings, listener.getsockname()[0])
        listener.listen()  # from here on early clients wait instead of being turned away
    except ConfigError:
        listener.close()
        raise
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror or error}; --port chooses another"
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """Who was told to stop and did has not failed."""
    raise SystemExit(0)


def _run(settings: Settings, listener: socket.socket, *, seeds: bool) -> None:
    """Serve on the socket until a signal; a failure to open the data ends the server and is raised here."""
    # Imported here, since every other command starts in a fraction of the time without the HTTP stack.
    import uvicorn  # noqa: PLC0415 - see above

    from rag.api.app import create_app  # noqa: PLC0415 - see above
    from rag.api.opening import opener  # noqa: PLC0415 - see above
    from rag.api.patience import KEEP_ALIVE, PatientProtocol  # noqa: PLC0415 - see above
    from rag.logs import configure_logs  # noqa: PLC0415 - see above

    configure_logs(settings.log_level)
    failures: list[Exception] = []

    def stop(error: Exception) -> None:
        failures.append(error)
        server.should_exit = True

    app = create_app(settings, opener(settings, seeds=seeds), on_failure=stop)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_keep_alive=KEEP_ALIVE,
        server_header=False,
        lifespan="on",
        forwarded_allow_ips=settings.trusted_proxies,
    )
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn raises the signal again once it has shut down, which would kill us
    with listener:
        server.run(sockets=[listener])
    for error in failures:
        raise error
    if not server.started:
        raise JushiError("the server could not start; its log says why")
