"""The tools: what each is for, what it takes and gives, and how it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from rag.answer.events import Finished
from rag.api.mcp.arguments import AskArguments, OpenArguments, SearchArguments, VerifyArguments
from rag.api.mcp.results import AskResult, OpenedSource, SearchResult, ask_result, opened_source, search_result
from rag.api.mcp.verified import VerifyResult, verify_result
from rag.api.service import Service
from rag.engine import Engine
from rag.errors import InputError
from rag.types import Article, Filters

A = TypeVar("A", bound=BaseModel)

_LONGEST = 8000  # code points of an original that one call shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is to be served: the engine's service, and the address under which the caller reached it, if by HTTP."""

    service: Service
    base: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Generic[A]):
    """One tool. All of them only read."""

    name: str
    title: str
    description: str
    arguments: type[A]
    result: type[BaseModel]
    call: Callable[[A, Caller], Awaitable[BaseModel]]


async def _search(given: SearchArguments, caller: Caller) -> SearchResult:
    question = given.to_question()
    retrieval = await caller.service.run(None, lambda engine: engine.retriever.retrieve(question))
    return search_result(retrieval, caller.base)


async def _ask(given: AskArguments, caller: Caller) -> AskResult:
    question = given.to_question()
    with caller.service.answer(None, question, given.answerer) as run:
        async for event in run:
            if isinstance(event, Finished):
                return ask_result(event.answer, caller.base)
    raise ValueError("the events ended without an answer")


async def _open_source(given: OpenArguments, caller: Caller) -> OpenedSource:
    article, revisions = await caller.service.run(None, lambda engine: _load(engine, given.article_id, given.revision))
    length = len(article.source_text)
    if given.start > length or (given.end or 0) > length:
        raise InputError(
            f"the original of {given.article_id} has {length} code points; start and end must be within them",
            field="start" if given.start > length else "end",
        )
    start = max(0, given.start - given.around)
    wanted = start + _LONGEST if given.end is None else given.end + given.around
    return opened_source(article, revisions, start, min(wanted, start + _LONGEST, length), caller.base)


async def _verify(given: VerifyArguments, caller: Caller) -> VerifyResult:
    sources = given.to_sources()
    filters = given.only.to_filters() if given.only else Filters()
    with caller.service.start(None, lambda engine: engine.verifier().verify(given.text, sources, filters)) as run:
        return verify_result([one async for one in run], sources, caller.base)


def _load(engine: Engine, article_id: str, revision: str | None) -> tuple[Article, list[str]]:
    with engine.store.snapshot() as snapshot:
        return snapshot.article(article_id, revision), list(snapshot.revisions(article_id))


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        name="search",
        title="Find passages",
        description="Find the passages of the collected Chinese articles that are nearest to a query, by meaning and "
        "by words. Use it to look around or to collect material; to have a question answered with checked sources, "
        "use `ask`.",
        arguments=SearchArguments,
        result=SearchResult,
        call=_search,
    ),
    Tool(
        name="ask",
        title="Ask the articles",
        description="Answer a question from the collected Chinese articles and from nothing else. Every sentence of "
        "the answer was checked (numbers, units, dates, names, wording) and ends in markers [n]; `citations` hold the "
        "publisher's exact words. Where the articles do not say, the answer is a refusal with its reason: pass it on, "
        "do not fill the gap. Keep the markers and their sources when you use the answer.",
        arguments=AskArguments,
        result=AskResult,
        call=_ask,
    ),
    Tool(
        name="open_source",
        title="Read the original",
        description="Show the original text of an article as it was collected, or the stretch of it that a citation "
        "names (pass its article_id, revision, source_start and source_end; `around` shows what stands beside it). "
        f"At most {_LONGEST} code points a call: go on with `start` at the `end` of the last one.",
        arguments=OpenArguments,
        result=OpenedSource,
        call=_open_source,
    ),
    Tool(
        name="verify",
        title="Check a text",
        description="Check each sentence of a Chinese text (your own draft, say) against the collected articles, or "
        "against texts that you pass as `sources`: figures, units, dates, names, negation, wording. Each sentence "
        "comes back with its verdict, the reason, and the exact words that carry or deny it. Take out or mend what is "
        "`unsupported`; that nothing was found does not make a sentence false.",
        arguments=VerifyArguments,
        result=VerifyResult,
        call=_verify,
    ),
)
