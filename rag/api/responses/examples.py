"""Requests and responses of the Responses API, for the API's documentation."""

from __future__ import annotations

import json
from typing import Any

from fastapi.openapi.models import Example

from rag.api.examples import ANSWER, SEARCH_RESULT, Media

RESPONSE_REQUESTS: dict[str, Example] = {
    "question": {
        "summary": "A question",
        "value": {"model": "jushi", "input": "青禾市今年新增了多少个公办幼儿园学位？"},
    },
    "follow-up": {
        "summary": "A follow-up, limited to some articles, as a stream",
        "value": {
            "model": "jushi-quotes",
            "stream": True,
            "filters": {"publishers": ["青禾市教育局"], "since": "2024-01-01"},
            "as_of": "2024-12-31",
            "top_k": 5,
            "input": [
                {"role": "user", "content": "青禾市今年新增了多少个公办幼儿园学位？"},
                {"role": "assistant", "content": "今年全市新增公办幼儿园学位3200个。[1]"},
                {"role": "user", "content": [{"type": "input_text", "text": "去年呢？"}]},
            ],
        },
    },
}

_ANNOTATIONS = [{"type": found["type"], **found["url_citation"]} for found in ANSWER["annotations"]]
_PART = {"type": "output_text", "text": ANSWER["content"], "annotations": _ANNOTATIONS, "logprobs": []}
_MESSAGE = {"id": "msg_7c1e", "type": "message", "status": "completed", "role": "assistant", "content": [_PART]}
_BEGUN = {
    "id": "resp_7c1e",
    "object": "response",
    "created_at": 1735781400,
    "status": "in_progress",
    "completed_at": None,
    "background": False,
    "error": None,
    "incomplete_details": None,
    "model": "jushi",
    "output": [],
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "usage": None,
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "store": True,
    "temperature": None,
    "top_p": None,
    "truncation": "disabled",
    "jushi": None,
    "citations": [],
    "search_results": [],
}
_WHOLE = {
    **_BEGUN,
    "status": "completed",
    "completed_at": 1735781401,
    "output": [_MESSAGE],
    "usage": {
        "input_tokens": 0,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 0,
    },
    "jushi": ANSWER["jushi"],
    "citations": ANSWER["citations"],
    "search_results": [SEARCH_RESULT],
}


def _stream() -> str:
    place = {"item_id": "msg_7c1e", "output_index": 0, "content_index": 0}
    empty = {**_PART, "text": "", "annotations": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": _BEGUN},
        {"type": "response.in_progress", "response": {**_BEGUN, "search_results": [SEARCH_RESULT]}},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**_MESSAGE, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **place, "part": empty},
        {"type": "response.output_text.delta", **place, "delta": _PART["text"], "logprobs": []},
        {
            "type": "response.output_text.annotation.added",
            **place,
            "annotation_index": 0,
            "annotation": _ANNOTATIONS[0],
        },
        {"type": "response.output_text.done", **place, "text": _PART["text"], "logprobs": []},
        {"type": "response.content_part.done", **place, "part": _PART},
        {"type": "response.output_item.done", "output_index": 0, "item": _MESSAGE},
        {"type": "response.completed", "response": _WHOLE},
    ]
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': at}, ensure_ascii=False)}\n\n"
        for at, event in enumerate(events)
    )


RESPONSE_RESPONSES: Media = {
    "application/json": {"example": _WHOLE},
    "text/event-stream": {"schema": {"type": "string"}, "example": _stream()},
}
