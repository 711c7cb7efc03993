"""Markers, addresses and snippets as other services' clients expect them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answer.wire import citation_links, link, notice_line, search_results, snippet, spoken, url_citations
from rag.types import (
    Answer,
    ArticleInfo,
    Citation,
    Claim,
    Evidence,
    Passage,
    Published,
    Refusal,
    RefusalReason,
    Signals,
    Status,
    Trace,
    Verdict,
)

BASE = "http://server.example/"
TRACE = Trace(answerer="llm", generation=1, settings="s", query="q")
WEB = "https://news.example/ferry?id=7"


def cite(
    number: int, article_id: str, *, url: str = "/articles/x", title: str = "渡口新闻", claim: int = 0
) -> Citation:
    return Citation(
        number=number, article_id=article_id, revision="r", title=title, url=url, published_at=None, publisher=None,
        quote="引文", text="引文", source_start=0, source_end=2, verdict=Verdict.EXACT, claim=claim,
    )  # fmt: skip


def answer(*sentences: tuple[str, tuple[int, ...]], citations: tuple[Citation, ...], mark: str = "") -> Answer:
    """An answer of these sentences and the numbers that they cite; one without numbers is followed by `mark`."""
    text, claims = "", []
    for words, numbers in sentences:
        verdict = Verdict.SUPPORTED if numbers else Verdict.UNSUPPORTED
        start = len(text)
        claims.append(Claim(text=words, start=start, end=start + len(words), numbers=numbers, verdict=verdict))
        text += words + "".join(f"[{number}]" for number in numbers) + ("" if numbers else mark)
    return Answer(status=Status.ANSWERED, text=text, claims=tuple(claims), citations=citations, trace=TRACE)


def places(found: Answer) -> list[tuple[str, int, int, str]]:
    rows = [row["url_citation"] for row in url_citations(found, BASE)]  # type: ignore[index,call-overload]
    return [
        (found.text[row["start_index"] : row["end_index"]], row["start_index"], row["end_index"], row["url"])  # type: ignore[index,call-overload,misc]
        for row in rows
    ]


def test_offsets_are_code_points() -> None:
    """Characters beyond the basic plane count once, wherever they stand."""
    citations = (cite(1, "a", url=WEB), cite(2, "b", claim=1), cite(1, "a", url=WEB, claim=1))
    found = answer(("\U00020bb7\U0001f6a2到港。", (1,)), ("\U0002a6d6离港。", (2, 1)), citations=citations)
    assert places(found) == [
        ("[1]", 5, 8, WEB),
        ("[2]", 12, 15, "http://server.example/articles/b"),
        ("[1]", 15, 18, WEB),
    ]
    assert citation_links(found, BASE) == [WEB, "http://server.example/articles/b"]


def test_the_nth_annotation_is_that_of_its_number() -> None:
    """Where an article is cited again before the next, its repeats stand after the first markers of all."""
    citations = (cite(1, "a", url=WEB), cite(1, "a", url=WEB, claim=1), cite(2, "b", claim=2))
    found = answer(("到港。", (1,)), ("离港。", (1,)), ("停航。", (2,)), citations=citations)
    assert [place[:2] for place in places(found)] == [("[1]", 3), ("[2]", 15), ("[1]", 9)]


def test_brackets_of_the_article_are_no_markers() -> None:
    """A number in brackets inside a claim is the publisher's own, even where a citation has that number."""
    found = answer(("文献[1]说渡口已停用。", (1,)), citations=(cite(1, "a"),))
    assert [place[:3] for place in places(found)] == [("[1]", 12, 15)]


def test_unproven_sentences_have_no_annotation() -> None:
    """What stays in the text marked as unproven is cited by nobody."""
    found = answer(("渡口已停用。", ()), ("客流回升。", (1,)), citations=(cite(1, "a", claim=1),), mark="［未证实］")
    assert [place[0] for place in places(found)] == ["[1]"]
    assert found.text[: places(found)[0][1]] == "渡口已停用。［未证实］客流回升。"


def test_numbers_with_a_gap_are_an_error() -> None:
    """A list of addresses in which `[n]` is not at n - 1 is never sent."""
    found = answer(("客流回升。", (2,)), citations=(cite(2, "a"),))
    with pytest.raises(ValueError, match=r"numbered \[2\]; expected 1 to 1"):
        citation_links(found, BASE)


def test_refusals_speak_their_message_and_cite_nothing() -> None:
    """The sentence of the refusal is the content, and small talk has neither citations nor annotations."""
    refused = Answer(
        status=Status.REFUSED, text="", refusal=Refusal(reason=RefusalReason.NO_EVIDENCE, message="没有提到[1]。"),
        trace=TRACE,
    )  # fmt: skip
    chat = Answer(status=Status.CHAT, text="你好，请提问。[1]", trace=TRACE)
    assert (spoken(refused), spoken(chat)) == ("没有提到[1]。", "你好，请提问。[1]")
    for found in (refused, chat):
        assert (url_citations(found, BASE), citation_links(found, BASE)) == ([], [])


def test_titles_are_never_empty() -> None:
    """An article without a title is called by its address."""
    found = answer(("客流回升。", (1,)), citations=(cite(1, "a", title="  "),))
    (row,) = url_citations(found, BASE)
    assert row["url_citation"]["title"] == "http://server.example/articles/a"  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    ("notice", "line"), [("", ""), ("模型没有回应。", "\n\n（模型没有回应。）"), ("No reply.", "\n\n(No reply.)")]
)
def test_notice_is_a_last_line_in_parentheses(notice: str, line: str) -> None:
    """An empty line comes before it, and nothing where there is none."""
    assert notice_line(replace(answer(("甲。", (1,)), citations=(cite(1, "a"),)), notice=notice)) == line


@pytest.mark.parametrize("url", [WEB, "HTTP://NEWS.EXAMPLE/", "http://新闻.example/页?a=1#b", "http://[::1]:80/x"])
def test_web_addresses_are_kept(url: str) -> None:
    """An article's own address is what its citations link to."""
    assert link(url, "a", BASE) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "/articles/a", "javascript:alert(1)", "data:text/html,x", "ftp://x/y", "http://", "http:///path",
        "https://a b", "http://x/\n", "http://x/\u202etxt", "http://x/<b>", " http://x/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_other_addresses_lead_to_the_server(url: str | None) -> None:
    """What is no plain address of the web never becomes a link; the article's page here takes its place."""
    assert link(url, "甲/1", BASE) == "http://server.example/articles/%E7%94%B2%2F1"


def evidence(text: str, *, title: str, name: str, url: str | None) -> Evidence:
    passage = Passage(
        passage_id=1, article_id="a", revision="r", ordinal=0, start=0, end=len(text), text=text, title=title
    )
    published = Published(day=date(2024, 5, 6), confidence=1, origin="given") if url else None
    info = ArticleInfo(
        article_id="a", revision="r", title=title, name=name, url=url, publisher=None, published=published,
        passages=1, reprints=0,
    )  # fmt: skip
    return Evidence(number=1, passage=passage, article=info, score=1.0, signals=Signals())


def test_search_results_have_perplexitys_fields_and_our_ids() -> None:
    """Title or file name, address, day or null, the beginning of the passage, and where it stands; in order of rank."""
    rows = search_results(
        [
            evidence("客流\n回升。", title="渡口", name="a.txt", url=WEB),
            evidence("停航。", title="", name="b.txt", url=None),
        ],
        BASE,
    )
    same = {"publisher": None, "article_id": "a", "revision": "r"}
    assert rows == [
        {"title": "渡口", "url": WEB, "date": "2024-05-06", "snippet": "客流 回升。", "start": 0, "end": 6, **same},
        {
            "title": "b.txt", "url": "http://server.example/articles/a", "date": None, "snippet": "停航。",
            "start": 0, "end": 3, **same,
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("渡口恢复通航。", 7, "渡口恢复通航。"),
        ("渡口恢复通航。客流回升。", 11, "渡口恢复通航。"),
        ("渡口恢复通航。客流回升。", 12, "渡口恢复通航。客流回升。"),
        ("渡口恢复通航。客流回升。", 5, "渡口恢复…"),
        ("渡口\n\n 恢复\u3000通航。", 20, "渡口 恢复 通航。"),
        ("", 5, ""),
    ],
)
def test_snippets_end_with_a_sentence(text: str, longest: int, expected: str) -> None:
    """A long passage is cut behind the last whole sentence that fits, or inside the first one."""
    assert snippet(text, longest) == expected
    assert len(snippet(text, longest)) <= longest
