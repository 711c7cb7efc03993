"""Requests and responses for the API's documentation, written for it."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from fastapi.openapi.models import Example

Media: TypeAlias = dict[str, Any]  # as FastAPI takes the content of a documented response

CHAT_REQUESTS: dict[str, Example] = {
    "question": {
        "summary": "A question",
        "value": {
            "model": "jushi",
            "messages": [{"role": "user", "content": "青禾市今年新增了多少个公办幼儿园学位？"}],
        },
    },
    "follow-up": {
        "summary": "A follow-up, limited to some articles, as a stream",
        "value": {
            "model": "jushi-quotes",
            "stream": True,
            "stream_options": {"include_usage": True},
            "filters": {"publishers": ["青禾市教育局"], "since": "2024-01-01"},
            "as_of": "2024-12-31",
            "top_k": 5,
            "messages": [
                {"role": "user", "content": "青禾市今年新增了多少个公办幼儿园学位？"},
                {"role": "assistant", "content": "今年全市新增公办幼儿园学位3200个。[1]"},
                {"role": "user", "content": "去年呢？"},
            ],
        },
    },
}

_HEAD = {"id": "chatcmpl-7c1e", "created": 1735781400, "model": "jushi", "system_fingerprint": "3fd1b6a0c2e4"}
_CONTENT = "今年全市新增公办幼儿园学位3200个。[1]"
_URL = "https://news.example/qinghe/1211.html"
_ANNOTATION = {
    "type": "url_citation",
    "url_citation": {"url": _URL, "title": "我市扩充学前教育资源", "start_index": 19, "end_index": 22},
}
SEARCH_RESULT = {
    "title": "我市扩充学前教育资源",
    "url": _URL,
    "date": "2024-12-11",
    "snippet": "今年全市新增公办幼儿园学位3200个。",
    "publisher": "青禾市教育局",
    "article_id": "a1b2c3d4e5f60718",
    "revision": "0f1e2d3c4b5a6978",
    "start": 0,
    "end": 19,
}
_CITATION = {
    "number": 1,
    "article_id": "a1b2c3d4e5f60718",
    "revision": "0f1e2d3c4b5a6978",
    "title": "我市扩充学前教育资源",
    "url": _URL,
    "published_at": "2024-12-11",
    "publisher": "青禾市教育局",
    "quote": "今年全市新增公办幼儿园学位3200个。",
    "text": "今年全市新增公办幼儿园学位3200个。",
    "source_start": 8,
    "source_end": 27,
    "verdict": "exact",
    "reason": "",
    "reprints": 2,
    "claim": 0,
}
_CLAIM = {"text": _CONTENT[:19], "start": 0, "end": 19, "numbers": [1], "verdict": "exact", "reason": ""}
_JUSHI = {
    "status": "answered",
    "text": _CONTENT,
    "claims": [_CLAIM],
    "citations": [_CITATION],
    "refusal": None,
    "conflicts": [],
    "notice": "",
    "trace": {"answerer": "quotes", "generation": 7, "settings": "3fd1b6a0c2e4", "query": "今年新增公办幼儿园学位"},
}
_WHOLE = {
    **_HEAD,
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": _CONTENT,
                "refusal": None,
                "annotations": [_ANNOTATION],
                "jushi": _JUSHI,
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    "citations": [_URL],
    "search_results": [SEARCH_RESULT],
}

ANSWER: dict[str, Any] = {  # the same answer, kept
    **_HEAD,
    "object": "answer",
    "question": "青禾市今年新增了多少个公办幼儿园学位？",
    "content": _CONTENT,
    "annotations": [_ANNOTATION],
    "citations": [_URL],
    "jushi": _JUSHI,
}


def _chunk(delta: dict[str, Any], finish: str | None = None, **more: object) -> str:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {**_HEAD, "object": "chat.completion.chunk", "choices": [choice], **more}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


_STREAM = (
    _chunk({"role": "assistant"})
    + _chunk({"content": ""}, search_results=[SEARCH_RESULT])
    + _chunk({"content": _CONTENT}, search_results=[SEARCH_RESULT])
    + _chunk({"annotations": [_ANNOTATION], "jushi": _JUSHI}, "stop", citations=[_URL])
    + "data: [DONE]\n\n"
)

CHAT_RESPONSES: Media = {
    "application/json": {"example": _WHOLE},
    "text/event-stream": {"schema": {"type": "string"}, "example": _STREAM},
}

SEARCH_REQUESTS: dict[str, Example] = {
    "search": {
        "summary": "Words",
        "value": {"query": "公办幼儿园 学位", "top_k": 5, "filters": {"until": "2024-12-31"}},
    }
}

SEARCH_RESPONSE: Media = {
    "example": {
        "object": "list",
        "query": "公办幼儿园 学位",
        "generation": 7,
        "data": [
            {
                "number": 1,
                "score": 2.41,
                "passage_id": "112210f47de98115",
                "article_id": "a1b2c3d4e5f60718",
                "revision": "0f1e2d3c4b5a6978",
                "title": "我市扩充学前教育资源",
                "url": "/articles/a1b2c3d4e5f60718",
                "publisher": "青禾市教育局",
                "published_at": "2024-12-11",
                "heading": "",
                "text": "今年全市新增公办幼儿园学位3200个。",
                "start": 0,
                "end": 19,
                "reprints": 2,
                "signals": {"dense": 0.88, "lexical": 14.2, "rerank": None, "fused": 2.41},
            }
        ],
        "timings": {"encode": 3.6, "dense": 0.4, "lexical": 0.2},
    }
}

SOURCE_RESPONSE: Media = {
    "example": {
        "article_id": "a1b2c3d4e5f60718",
        "revision": "0f1e2d3c4b5a6978",
        "revisions": ["0f1e2d3c4b5a6978"],
        "title": "我市扩充学前教育资源",
        "url": None,
        "publisher": "青禾市教育局",
        "author": None,
        "published_at": "2024-12-11",
        "published": {"day": "2024-12-11", "confidence": 0.9, "origin": "dateline", "time": None},
        "language": "zh-Hans",
        "name": "notices/kindergarten.txt",
        "media": "text",
        "encoding": "gb18030",
        "ingested_at": "2025-01-02T09:30:00+08:00",
        "source": "首页 > 通知\n今年全市新增公办幼儿园学位3200个。\n",
        "text": "今年全市新增公办幼儿园学位3200个。",
        "source_map": [[19, 8, 27]],
        "headings": [],
        "damaged": [],
        "suspicious": [],
        "removed": [{"start": 0, "end": 8, "reason": "navigation"}],
        "repairs": [],
        "reprints": [],
    }
}


def _model(name: str, language_model: str | None = None) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "jushi", "language_model": language_model}


MODELS_RESPONSE: Media = {
    "example": {
        "object": "list",
        "data": [
            _model("jushi"),
            _model("jushi-llm", language_model="Qwen2.5-Coder-1.5B-Instruct"),
            _model("jushi-quotes"),
        ],
    }
}
