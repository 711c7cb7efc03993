"""What chat clients make of our streams: their readers written anew here, by what their published code does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from rag.answer.events import Events, Finished, Found, Said
from rag.api.app import create_app
from rag.config import Settings
from rag.engine import Engine
from rag.types import Answer, Claim, Question, Verdict

ASK: Any = [{"role": "user", "content": "林区今年新建了多少所公办幼儿园？"}]
TEXT = "林区新建公办幼儿园。[1]共12所。[1]新增学位3600个。[2]开园在即。[1][2]"
MARKERS = [1, 1, 2, 1, 2]


@dataclass(kw_only=True)
class Shown:
    """What a reader's user sees: the text, where each marker leads, and the list of sources below."""

    text: str = ""
    markers: list[tuple[int, str]] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


class Repeating:
    """Cites the first article twice before it cites the second, and both at the end."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def events(self, question: Question) -> Events:
        found, finished = None, None
        for event in self._model.events(question):
            found, finished = found or event, event
        assert isinstance(found, Found)
        yield found
        assert isinstance(finished, Finished)
        answer = _repeating(finished.answer)
        for claim in answer.claims:
            yield Said(text=claim.text + "".join(f"[{number}]" for number in claim.numbers))
        yield Finished(answer=answer)


def _repeating(answer: Answer) -> Answer:
    claims = []
    for found in re.finditer(r"([^\[\]]+)((?:\[\d\])+)", TEXT):
        numbers = tuple(int(number) for number in re.findall(r"\d", found[2]))
        claims.append(
            Claim(text=found[1], start=found.start(1), end=found.end(1), numbers=numbers, verdict=Verdict.EXACT)
        )
    one, two = (next(c for c in answer.citations if c.number == number) for number in (1, 2))
    cited = tuple(
        replace(one if number == 1 else two, claim=index)
        for index, claim in enumerate(claims)
        for number in claim.numbers
    )
    return replace(answer, text=TEXT, claims=tuple(claims), citations=cited)


@pytest.fixture
def served(
    running: Callable[..., Any], wait: Callable[..., None], fresh_engine: Engine, settings: Settings
) -> Iterator[str]:
    """A server whose quotes cite an article again before they cite the next."""
    quotes = {"quotes": Repeating(fresh_engine.answerers["quotes"])}
    engine = replace(fresh_engine, answerers=quotes)  # type: ignore[arg-type]
    with running(create_app(settings, lambda _progress: engine)) as url:
        wait(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        yield url


def chunks_of(address: str, text: str = ASK[0]["content"], **body: Any) -> list[Any]:
    """The chunks of a stream, [DONE] left out."""
    messages = [{"role": "user", "content": text}]
    response = httpx.post(f"{address}/v1/chat/completions", json={"messages": messages, "stream": True, **body})
    lines = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def open_webui(chunks: list[Any]) -> Shown:
    """Open WebUI: each annotation is a source, sources of one address are one, `[n]` and `[n, m]` count these.

    Read from `utils/middleware.py`, `Citations.svelte` and `citation-extension.ts`.
    """
    shown = Shown()
    for chunk in chunks:
        if not chunk.get("choices"):
            continue
        delta = chunk["choices"][0].get("delta", {})
        for annotation in delta.get("annotations") or []:
            if annotation.get("type") == "url_citation" and "url_citation" in annotation:
                address = annotation["url_citation"].get("url", "") or "N/A"
                if address not in shown.sources:
                    shown.sources.append(address)
        shown.text += delta.get("content") or ""
    for group in re.findall(r"\[(\d+(?:,\s*\d+)*)\]", shown.text):
        for number in map(int, group.split(",")):
            shown.markers.append((number, shown.sources[number - 1] if number <= len(shown.sources) else "N/A"))
    return shown


def lobe_chat(chunks: list[Any]) -> Shown:
    """LobeChat: the last list of sources counts, as it is, without joining equal ones; `[n]` is its n-th entry.

    A chunk that ends the stream gives its content, else its annotations, else usage, else `citations`: one of them. A
    chunk before it gives `citations` or `search_results` once. Read from `streams/openai/openai.ts` and lobe-ui's
    `useMarkdown/utils.ts`.
    """
    shown, returned = Shown(), False
    for chunk in chunks:
        if not chunk["choices"]:
            continue
        choice = chunk["choices"][0]
        content = choice["delta"].get("content")
        if choice["finish_reason"]:
            if content:
                shown.text += content
            elif choice["delta"].get("annotations"):
                shown.sources = [item["url_citation"]["url"] for item in choice["delta"]["annotations"]]
            elif not chunk.get("usage") and "citations" in chunk:
                shown.sources = list(chunk["citations"])
        elif isinstance(content, str):
            results = chunk.get("citations") or chunk.get("search_results")
            if results and not returned:
                returned = True
                pairs = [(r, r) if isinstance(r, str) else (r["title"], r.get("url") or r["link"]) for r in results]
                shown.sources = [address for title, address in pairs if title and address]
            shown.text += content
    for number in map(int, re.findall(r"\[(\d+)\]", shown.text)):
        if number <= len(shown.sources):
            shown.markers.append((number, shown.sources[number - 1]))
    return shown


def cherry_studio(chunks: list[Any]) -> Shown:
    """Cherry Studio: a delta with empty content is passed over, the first annotations are all there will be.

    Sources without an address, or with one that was there before, are left out, and the rest is numbered. Read from
    `OpenAIApiClient.ts`, `messageBlock.ts` and `citation.ts`.
    """
    shown, collected = Shown(), False
    for chunk in chunks:
        for choice in chunk.get("choices") or []:
            delta = choice.get("delta") or {}
            if not delta or ("content" in delta and not delta["content"]):
                continue
            annotations = delta.get("annotations") or []
            if annotations and annotations[0]["type"] == "url_citation" and not collected:
                collected = True
                for item in annotations:
                    address, title = item["url_citation"]["url"], item["url_citation"]["title"]
                    assert title or urlsplit(address).hostname  # it would throw on an address without a host
                    if address and address not in shown.sources:
                        shown.sources.append(address)
            shown.text += delta.get("content") or ""
    for number in map(int, re.findall(r"\[(\d+)\]", shown.text)):
        if number <= len(shown.sources):
            shown.markers.append((number, shown.sources[number - 1]))
    return shown


READERS = pytest.mark.parametrize("reader", [open_webui, lobe_chat, cherry_studio])


@READERS
def test_markers_lead_to_their_articles(served: str, reader: Callable[[list[Any]], Shown]) -> None:
    """Every marker of the text leads to the article of its number, though one is cited again before the next."""
    chunks = chunks_of(served)
    shown = reader(chunks)
    assert shown.text == TEXT
    addresses = chunks[-1]["citations"]
    assert addresses == [
        f"{served}/articles/bailu",
        f"{served}/articles/http%3A%2F%2Fbailu.example%2F%E6%96%B0%E9%97%BB%3Fid%3D1",
    ]
    assert shown.markers == [(number, addresses[number - 1]) for number in MARKERS]
    assert list(dict.fromkeys(shown.sources)) == addresses


@READERS
@pytest.mark.parametrize("usage", [False, True])
def test_usage_takes_no_sources_away(served: str, reader: Callable[[list[Any]], Shown], *, usage: bool) -> None:
    """Asking for counts, as these clients do, changes nothing of what is shown."""
    chunks = chunks_of(served, stream_options={"include_usage": usage})
    assert reader(chunks) == reader(chunks_of(served))


@READERS
def test_refusals_show_no_sources_as_if_cited(address: str, reader: Callable[[list[Any]], Shown]) -> None:
    """What was found but does not answer is not listed below a refusal."""
    shown = reader(chunks_of(address, "月亮？"))
    assert (shown.text, shown.markers, shown.sources) == ("文章里没有提到。", [], [])


def test_annotations_come_at_once_and_without_content(served: str) -> None:
    """One chunk, the one that ends the stream, has all annotations, and its delta has no content beside them."""
    chunks = chunks_of(served)
    (annotated,) = [chunk for chunk in chunks if "annotations" in chunk["choices"][0]["delta"]]
    assert annotated is chunks[-1]
    assert "content" not in annotated["choices"][0]["delta"]
    places = [item["url_citation"] for item in annotated["choices"][0]["delta"]["annotations"]]
    assert sorted(TEXT[place["start_index"] : place["end_index"]] for place in places) == sorted(
        f"[{number}]" for number in MARKERS
    )
    assert all(place["url"] for place in places)
    assert not re.search(r"\[\d+\s*[,，、]", TEXT)


def test_official_client_reads_annotations_whole_and_streamed(served: str) -> None:
    """The n-th annotation is that of `[n]`, for the official client as well, whole and streamed."""
    with openai.OpenAI(base_url=f"{served}/v1", api_key="none") as client:
        whole = client.chat.completions.create(model="jushi", messages=ASK)
        *_, last = client.chat.completions.create(model="jushi", messages=ASK, stream=True)
    whole_places = [item.url_citation for item in whole.choices[0].message.annotations or []]
    assert [place.url for place in whole_places[:2]] == whole.citations  # type: ignore[attr-defined]
    streamed = last.choices[0].delta.annotations  # type: ignore[attr-defined]
    assert [item["url_citation"] for item in streamed] == [place.model_dump() for place in whole_places]


def test_plain_text_clients_get_the_list_of_sources(served: str) -> None:
    """With `sources_in_content: markdown` the text itself ends in a numbered list with one entry for each article."""
    text = "".join(
        chunk["choices"][0]["delta"].get("content", "") for chunk in chunks_of(served, sources_in_content="markdown")
    )
    listed = re.findall(r"^(\d+)\. \[.+\]\((http\S+)\)", text.removeprefix(TEXT), re.MULTILINE)
    assert [number for number, _ in listed] == ["1", "2"]
    assert listed[0][1] == f"{served}/articles/bailu"
