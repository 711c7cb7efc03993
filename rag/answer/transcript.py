"""The conversation that a chat front end pastes into a message, apart from what it asks to be done with it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from rag.types import Turn

_CHAT_TAGS = (
    "chat_?history|history|chat|chat_?log|conversation|conversations|messages?|content|dialogues?|transcript|session"
)
_CHAT_TAG = re.compile(rf"(?<!`)<(?P<tag>{_CHAT_TAGS})>", re.IGNORECASE)
_ANY_BLOCK = re.compile(r"(?<!`)<(?P<tag>[A-Za-z_]\w{0,30})>(?!`).{0,8000}?</(?P=tag)>", re.DOTALL)
_FENCE = re.compile(r"```[a-z]*\n?(?P<inside>.*?)```", re.DOTALL)
_INPUT = r"user input|follow[- ]?up (?:input|question)|用户输入|用戶輸入"
_USER = (
    rf"user(?: (?:message|query|question))?|human|{_INPUT}"
    r"|用户(?:提问|问题|消息)?|用戶(?:提問|問題)?|使用者|提问者|提問者|我"
)
_OTHER = (  # whoever answers, and the line that an instruction leaves open at its end
    r"assistant|ai|bot|model|system|chatgpt|gpt|response|助手|助理|机器人|機器人|回答|模型|系统|系統"
    r"|standalone (?:question|query)|title|tags|output|标题|標題|输出|輸出"
)
_LABEL = re.compile(
    rf"^[ \t>*#|-]*(?P<label>{_USER}|{_OTHER})[ \t*]*[:：][ \t*]*(?P<said>.*)$", re.IGNORECASE | re.MULTILINE
)
_IS_INPUT = re.compile(rf"(?:{_INPUT})$", re.IGNORECASE)
_IS_USER = re.compile(rf"(?:{_USER})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A message taken apart: `turns` of a pasted conversation, and the `rest`, which says what to do with it."""

    turns: tuple[Turn, ...]
    rest: str


def take_apart(text: str) -> Parts:
    """Find the conversation pasted into `text`: in tags, as JSON, in a fence, or as lines that begin with a speaker."""
    opening = _CHAT_TAG.search(text)
    closing = text.rfind(f"</{opening['tag']}>") if opening else -1
    if opening and closing >= opening.end():
        inside = text[opening.end() : closing].strip()
        turns = _turns(inside) or ((Turn(role="user", text=inside),) if inside else ())
        outside = text[: opening.start()] + "\n" + text[closing:].partition(">")[2]
        return Parts(turns=turns, rest=_without_blocks(outside))
    if turns := _from_json(text):
        start, stop = _array(text)
        return Parts(turns=turns, rest=text[:start] + " " + text[stop:])
    rest = _without_blocks(text)
    if turns := _turns(rest):
        return Parts(turns=turns, rest=_without_lines(rest))
    if fence := _FENCE.search(rest):
        inside = fence["inside"].strip()
        return Parts(turns=(Turn(role="user", text=inside),) if inside else (), rest=_FENCE.sub(" ", rest))
    return Parts(turns=(), rest=rest)


def _without_blocks(text: str) -> str:
    return _ANY_BLOCK.sub(" ", text) if "</" in text else text


def _array(text: str) -> tuple[int, int]:
    """Where an array of objects may stand in `text`; an empty span where none does."""
    start, stop = text.find("[{"), text.rfind("}]") + 2
    return (start, stop) if 0 <= start < stop else (0, 0)


def _turns(text: str) -> tuple[Turn, ...]:
    """The turns of a transcript; each goes on to the next speaker, or to an empty line."""
    if turns := _from_json(text):
        return turns
    labels = list(_LABEL.finditer(text))
    inputs = [label.start() for label in labels if _IS_INPUT.match(label["label"])]
    turns_found = []
    for at, label in enumerate(labels):
        stop = labels[at + 1].start() if at + 1 < len(labels) else len(text)
        said = (label["said"] + text[label.end() : stop]).strip().split("\n\n")[0].strip()
        if said and (label.start() not in inputs or label.start() == inputs[-1]):  # inputs before the last are examples
            role = "user" if _IS_USER.match(label["label"]) else "assistant"
            turns_found.append(Turn(role=role, text=said))
    return tuple(turns_found) if any(turn.role == "user" for turn in turns_found) else ()


def _without_lines(text: str) -> str:
    """`text` without the paragraphs that begin with a speaker."""
    return "\n\n".join(part for part in re.split(r"\n\s*\n", _LABEL.sub("\n\n\\g<0>", text)) if not _LABEL.match(part))


def _from_json(text: str) -> tuple[Turn, ...]:
    """The turns of a JSON array of messages; empty where there is none."""
    start, stop = _array(text)
    if start == stop:
        return ()
    try:
        rows = json.loads(text[start:stop], strict=False)
    except (ValueError, RecursionError):
        return ()
    turns = []
    for row in rows:
        if not isinstance(row, dict):
            return ()
        said = next(
            (row[key] for key in ("content", "text", "mainText", "message") if isinstance(row.get(key), str)), ""
        )
        if said.strip() and isinstance(row.get("role"), str):
            turns.append(Turn(role="user" if row["role"] == "user" else "assistant", text=said.strip()))
    return tuple(turns)
