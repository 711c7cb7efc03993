"""A kept answer, for the API's documentation."""

from __future__ import annotations

from rag.api.examples import ANSWER, Media

ANSWER_RESPONSE: Media = {
    "example": {
        **ANSWER,
        "verification": {
            "status": "same",
            "generation": 9,
            "citations": [
                {
                    "number": 1,
                    "claim": 0,
                    "article_id": "a1b2c3d4e5f60718",
                    "revision": "0f1e2d3c4b5a6978",
                    "current_revision": "1a2b3c4d5e6f7081",
                    "status": "same",
                    "quote": "今年全市新增公办幼儿园学位3200个。",
                    "found": "今年全市新增公办幼儿园学位3200个。",
                    "message": "the article has a newer revision, 1a2b3c4d5e6f7081; the quote is of 0f1e2d3c4b5a6978",
                }
            ],
            "claims": [
                {"text": "今年全市新增公办幼儿园学位3200个。", "verdict": "exact", "was": "exact", "reason": ""}
            ],
        },
    }
}
