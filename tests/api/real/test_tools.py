"""The tool `verify` over stored articles, called by the official client."""

from __future__ import annotations

from typing import Any

import anyio
import httpx
from mcp import Client


def test_a_draft_is_checked_against_the_articles(address: str, http: httpx.Client, linhe: str, donggang: str) -> None:
    """The quote is one that `open_source` shows, and limits choose which articles count."""
    documents = [{"text": linhe, "id": "linhe", "publisher": "临河区教育局"}, {"text": donggang, "id": "donggang"}]
    http.post("/v1/documents", json={"documents": documents}).raise_for_status()

    async def talk() -> tuple[Any, Any, Any]:
        async with Client(f"{address}/mcp", read_timeout_seconds=60) as client:
            draft = {"text": "临河区普惠性幼儿园覆盖率达到91.5%。临河区新建幼儿园15所。"}
            found = (await client.call_tool("verify", draft)).structured_content
            quote = found["sentences"][0]["quotes"][0]
            place = {"start": quote["source_start"], "end": quote["source_end"]}
            names = {name: quote[name] for name in ("article_id", "revision")}
            opened = (await client.call_tool("open_source", {**names, **place})).structured_content
            elsewhere = await client.call_tool("verify", {**draft, "only": {"article_ids": ["donggang"]}})
            return found, opened, elsewhere.structured_content

    found, opened, elsewhere = anyio.run(talk)
    good, bad = found["sentences"]
    assert good["verdict"] in {"exact", "supported"}
    assert (bad["verdict"], found["verdict"]) == ("unsupported", "unsupported")
    quote = good["quotes"][0]
    assert (quote["article_id"], quote["publisher"], quote["source"]) == ("linhe", "临河区教育局", None)
    assert quote["url"] == f"{address}/articles/linhe"
    assert opened["text"] == quote["quote"]
    assert "91.5%" in opened["text"]
    assert {sentence["verdict"] for sentence in elsewhere["sentences"]} == {"unsupported"}
