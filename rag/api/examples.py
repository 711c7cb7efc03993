"""Requests and responses for the API's documentation, written for it."""

from __future__ import annotations

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
            "messages": [
                {"role": "user", "content": "青禾市今年新增了多少个公办幼儿园学位？"},
                {"role": "assistant", "content": "今年全市新增公办幼儿园学位3200个。[1]"},
                {"role": "user", "content": "去年呢？"},
            ],
        },
    },
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
                "end": 18,
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
        "headings": [],
        "damaged": [],
        "removed": [{"start": 0, "end": 8, "reason": "navigation"}],
        "repairs": [],
    }
}

MODELS_RESPONSE: Media = {
    "example": {
        "object": "list",
        "data": [
            {"id": "jushi", "object": "model", "created": 0, "owned_by": "jushi"},
            {"id": "jushi-quotes", "object": "model", "created": 0, "owned_by": "jushi"},
        ],
    }
}
