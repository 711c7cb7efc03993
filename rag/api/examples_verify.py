"""Requests and responses of the checker, for the API's documentation."""

from __future__ import annotations

from fastapi.openapi.models import Example

from rag.api.examples import Media

_TEXT = "今年全市新增公办幼儿园学位3200个。[1]其中城区2500个。[1]"

VERIFY_REQUESTS: dict[str, Example] = {
    "sources": {
        "summary": "Against sources that come with it",
        "value": {
            "text": _TEXT,
            "sources": [
                {"text": "今年全市新增公办幼儿园学位3200个，其中城区2100个。", "title": "我市扩充学前教育资源"}
            ],
            "strict": "mark",
        },
    },
    "articles": {"summary": "Against the articles", "value": {"text": "青禾市今年新增公办幼儿园学位3200个。"}},
}

_QUOTE = {
    "quote": "今年全市新增公办幼儿园学位3200个，其中城区2100个。",
    "source_start": 0,
    "source_end": 28,
    "index": 0,
    "title": "我市扩充学前教育资源",
    "url": None,
}

VERIFY_RESPONSE: Media = {
    "example": {
        "object": "verification",
        "verdict": "unsupported",
        "counts": {"exact": 1, "supported": 0, "partial": 0, "unsupported": 1},
        "text": "今年全市新增公办幼儿园学位3200个。[1]其中城区2500个。[1]［未证实］",
        "claims": [
            {
                "text": "今年全市新增公办幼儿园学位3200个。",
                "start": 0,
                "end": 22,
                "numbers": [1],
                "unknown_numbers": [],
                "verdict": "exact",
                "reason": "",
                "score": 1.0,
                "quote": _QUOTE,
                "quotes": [_QUOTE],
            },
            {
                "text": "其中城区2500个。",
                "start": 22,
                "end": 35,
                "numbers": [1],
                "unknown_numbers": [],
                "verdict": "unsupported",
                "reason": "number: 2500个",
                "score": 0.75,
                "quote": _QUOTE,
                "quotes": [_QUOTE],
            },
        ],
    }
}
