"""Requests and responses of the embeddings endpoint, for the API's documentation."""

from __future__ import annotations

from fastapi.openapi.models import Example

from rag.api.examples import Media

EMBEDDINGS_REQUESTS: dict[str, Example] = {
    "passages": {
        "summary": "Passages",
        "value": {"model": "jushi-embedding", "input": ["今年全市新增公办幼儿园学位3200个。", "报名从7月1日开始。"]},
    },
    "question": {
        "summary": "A question",
        "value": {"model": "jushi-embedding", "input": "今年新增多少个学位？", "input_type": "query"},
    },
}

EMBEDDINGS_RESPONSE: Media = {
    "example": {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.0231, -0.0417, 0.0309]}],
        "model": "jushi-embedding",
        "usage": {"prompt_tokens": 17, "total_tokens": 17},
    }
}
