"""The tools over streamable HTTP, at `/mcp` of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route

from rag.api.mcp.server import tool_server
from rag.api.service import Service


class Endpoint:
    """The route, and what must run while it is served. No session is kept: each call stands by itself."""

    def __init__(self, service: Service, *, max_bytes: int) -> None:
        self._manager = StreamableHTTPSessionManager(
            tool_server(service),
            stateless=True,
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the app sees to hosts
            max_request_body_size=max_bytes,
        )
        # No GET: the stream that it opens would stay empty without sessions, and the protocol foresees a 405.
        self.route = Route("/mcp", endpoint=self._manager.asgi_app, methods=["POST"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer calls for the length of the block; may be entered once."""
        async with self._manager.run():
            yield
