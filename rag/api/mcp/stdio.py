"""The tools over stdin and stdout, for clients that start this program themselves."""

from __future__ import annotations

import asyncio

from mcp.server.stdio import stdio_server

from rag.api.mcp.server import tool_server
from rag.api.service import Opener, Service


async def serve_stdio(opener: Opener) -> None:
    """Serve until stdin ends. While the data is being opened, calls wait for it; where that fails, they say why.

    Nothing but the protocol comes to stdout: the SDK turns whatever else is written there to stderr.

    Raises:
        Exception: whatever `opener` raised; only once stdin has ended, since clients show what tools say.
    """
    service = Service(opener)
    failures: list[Exception] = []
    server = tool_server(service)
    opening = asyncio.create_task(service.open(failures.append))
    try:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())
    finally:
        service.stop_opening()
        await opening
        await service.close()
    for error in failures:
        raise error
