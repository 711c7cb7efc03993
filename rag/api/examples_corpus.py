"""Requests and responses of the corpus endpoints, for the API's documentation."""

from __future__ import annotations

from fastapi.openapi.models import Example

from rag.api.examples import Media

DOCUMENTS_REQUESTS: dict[str, Example] = {
    "text": {
        "summary": "A text and what is known of it",
        "value": {
            "documents": [
                {
                    "text": "今年全市新增公办幼儿园学位3200个。其中城区2100个。",
                    "title": "我市扩充学前教育资源",
                    "url": "https://news.example/qinghe/1211.html",
                    "publisher": "青禾市教育局",
                    "published": "2024-12-11",
                }
            ]
        },
    },
    "html": {
        "summary": "A whole page under an id of your own",
        "value": {
            "documents": [
                {
                    "html": "<html><h1>义务教育招生通知</h1><p>报名从7月1日开始，到7月5日结束。</p></html>",
                    "id": "notice-7",
                }
            ]
        },
    },
}

_NAMED = {
    "id": "a1b2c3d4e5f60718",
    "title": "我市扩充学前教育资源",
    "name": "notices/kindergarten.txt",
    "url": "https://news.example/qinghe/1211.html",
    "publisher": "青禾市教育局",
    "published_at": "2024-12-11",
    "revision": "0f1e2d3c4b5a6978",
}
_ROW = {
    **_NAMED,
    "author": None,
    "characters": 1204,
    "passages": 5,
    "reprints": 1,
    "searched": True,
    "repaired": 3,
    "damaged": 0,
}
_CLEANING = {
    "repairs": [{"kind": "pinyin", "count": 3}],
    "removed": [{"reason": "navigation", "count": 2, "characters": 87}],
}

LIST_RESPONSE: Media = {"example": {"object": "list", "data": [_ROW], "total": 1, "has_more": False, "generation": 7}}

PUBLISHERS_RESPONSE: Media = {
    "example": {"object": "list", "data": [{"name": "青禾市教育局", "articles": 12}], "generation": 7}
}

DOCUMENT_RESPONSE: Media = {
    "example": {
        "object": "document",
        **_NAMED,
        "author": None,
        "characters": 1204,
        "passages": 5,
        "searched": True,
        "repaired": 3,
        "damaged": 0,
        "published": {"day": "2024-12-11", "confidence": 1.0, "origin": "given", "time": None},
        "language": "zh-Hans",
        "media": "text",
        "encoding": "gb18030",
        "ingested_at": "2025-01-02T09:30:00+08:00",
        "revisions": ["0f1e2d3c4b5a6978"],
        "reprints": [],
        **_CLEANING,
    }
}

DELETED_RESPONSE: Media = {"example": {"id": "a1b2c3d4e5f60718", "object": "document.deleted", "deleted": True}}

_RESULTS = [
    {
        "name": "notices/kindergarten.txt",
        "status": "added",
        "id": "a1b2c3d4e5f60718",
        "revision": "0f1e2d3c4b5a6978",
        "title": "我市扩充学前教育资源",
        "passages": 5,
        "reprint": False,
        **_CLEANING,
        "damaged": 0,
        "error": None,
    },
    {
        "name": "scan.pdf",
        "status": "rejected",
        "id": None,
        "revision": None,
        "title": None,
        "passages": 0,
        "reprint": False,
        "repairs": [],
        "removed": [],
        "damaged": 0,
        "error": "the PDF file holds no text; a scan needs text recognition first",
    },
]

INGEST_RESPONSE: Media = {"example": {"object": "ingest", "results": _RESULTS, "generation": 7}}

_JOB = {
    "id": "job-5f2d8c1e9a7b4c3d8e6f0a1b2c3d4e5f",
    "object": "job",
    "created": 1735781400,
    "status": "running",
    "done": 48,
    "total": 120,
    "encoded": 212,
    "error": None,
    "results": None,
    "generation": None,
}

JOB_RESPONSE: Media = {
    "examples": {
        "running": {"summary": "Under way", "value": _JOB},
        "done": {
            "summary": "Done",
            "value": {**_JOB, "status": "done", "done": 2, "total": 2, "results": _RESULTS, "generation": 7},
        },
    }
}
