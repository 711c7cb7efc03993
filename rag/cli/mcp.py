"""`jushi mcp`: the articles as tools for agents."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated

import typer

from rag.cli.options import Data
from rag.cli.serving import serve
from rag.config import load_settings
from rag.errors import ConfigError, InputError


def mcp(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP as jushi serve does, at /mcp, instead of stdin and stdout.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="With --http: address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="With --http: port; 8000 by default, 0 for a free one.")
    ] = None,
    data: Data = None,
) -> None:
    """Give agents the tools search, ask, open_source and verify over the Model Context Protocol, until stdin ends."""
    if find_spec("mcp") is None:
        raise ConfigError("jushi mcp needs the Python package mcp: pip install 'jushi[mcp]'")
    if http:
        serve(host=host, port=port, data=data)
        return
    if host is not None or port is not None:
        raise InputError("--host and --port say where to serve over HTTP; add --http, or leave them out")
    # Imported here, since every other command starts in a fraction of the time without the SDK.
    import anyio  # noqa: PLC0415 - see above

    from rag.api.mcp.stdio import serve_stdio  # noqa: PLC0415 - see above
    from rag.api.opening import opener  # noqa: PLC0415 - see above
    from rag.logs import configure_logs  # noqa: PLC0415 - see above

    settings = load_settings(data=data)
    configure_logs(settings.log_level)
    anyio.run(serve_stdio, opener(settings, seeds=False, read_only=True))
