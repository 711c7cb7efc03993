"""What text of an article must not hold as it is: structure of a prompt, dialogue turns, unseen and encoded text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from itertools import pairwise

from rag.text.invisible import TAGS, VARIATION

STRUCTURE = "imitates the structure of a prompt"
DIALOGUE = "imitates a dialogue with a model"
UNSEEN = "characters that nobody sees"
ENCODED = "encoded text"
CARRIES = "a link that would carry data away"

_NAMES = (
    "system user assistant human instructions? passages? context documents? sources? tool_calls? "
    "资料 資料 问题 問題 回答 系统 系統 用户 用戶 助手"
)
_TAG = "|".join(_NAMES.split())
_TOKENS = re.compile(
    r"<\s?[|｜][^|｜<>\n]{1,40}[|｜]\s?>|\[\s?/?\s?INST\s?\]|<<\s?/?SYS\s?>>|</?s>|<(?:start|end)_of_turn>|<[be]os>"
    rf"|<\s?/?\s?(?:{_TAG})(?:\s[^<>\n]{{0,40}})?/?>",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\s*#{1,6}\s*(?:(?:system|new|your)\s*)?(?:system|instructions?|response|assistant|human|prompt|系统提示词?|(?:新|系统)?指令|提示词)"
    r"\s*(?:$|[:：])",
    re.IGNORECASE | re.MULTILINE,
)
_SPEAKING = re.compile(r"^\s*assistant\s*[:：]", re.IGNORECASE | re.MULTILINE)
_JSON = re.compile(
    r"\{\s*[\"“”'](?:found|answer|source|role|content|system|tool_calls?|function|citations?)[\"“”']\s*[:：]",
    re.IGNORECASE,
)
_PASSAGE = re.compile(
    r"(?:标注|標註|标明|标记|引用|使用|注明)(?:为|序号|编号|标记)?\s*[\[【]\d{1,3}[\]】]"
    r"|[\[【]新?的?(?:资料|資料|来源|來源|passage|source)\s*[:：]?\s*\d{1,3}[\]】]|^\s*(?:资料|資料|passage|source)\s*\d{1,2}\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\(\s*https?:[^)\s]{0,500}[?&={][^)\n]{0,500}\)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"https?://[^\s]{1,300}?[?&/=][\w.%\-]*=?(?:\{\{?[^}\s]{1,30}\}|<[^>\s]{1,30}>|【[^】\s]{1,30}】|\[[^\]\s]{1,20}\]|\$\{?\w+)",
    re.IGNORECASE,
)
_SIDES = (
    "assistant|助手|助理|ai助手|ai|模型|chatgpt",
    "system|系统|系統",
    "user|human|用户|用戶|使用者|人类|人類",
)
_TURN = re.compile(
    rf"(?:^|(?<=[\s。！？；”」!?;]))[*#>\-\[【(（\s]{{0,6}}(?P<role>{'|'.join(_SIDES)})[*\]】)）\s]{{0,4}}[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_TURNS_APART = 300
_FLAG = "\U0001f3f4"  # a black flag with tags behind it is the flag of a region
_SMUGGLED = re.compile(f"(?<!{_FLAG})(?<![{TAGS}])[{TAGS}]+|[{VARIATION}]{{3,}}")
_BLOB = re.compile(r"(?<![\w/+.?=&%-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w/+.%])")
_DECODE = re.compile(r"base\s?64|解码|解碼|解密|译码|decode|rot\s?13", re.IGNORECASE)
_OBEY = re.compile(
    r"(?:解码|解碼|解密|倒序|逆序|反转|反過來|反过来|倒过来|rot\s?13|decode)[^。！？\n]{0,15}(?:执行|執行|遵循|照做|遵从|照办|服从|follow|execute|obey)",
    re.IGNORECASE,
)


def forgeries(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans of `text` that are forged structure, each with the reason; in no order, and they may overlap."""
    for pattern, reason in (
        (_TOKENS, STRUCTURE),
        (_HEADING, STRUCTURE),
        (_JSON, STRUCTURE),
        (_SPEAKING, DIALOGUE),
        (_PASSAGE, STRUCTURE),
        (_IMAGE, CARRIES),
        (_PLACEHOLDER, CARRIES),
        (_SMUGGLED, UNSEEN),
        (_OBEY, ENCODED),
    ):
        for found in pattern.finditer(text):
            yield found.start(), found.end(), reason
    yield from _dialogue(text)
    yield from _encoded(text)


def _dialogue(text: str) -> Iterator[tuple[int, int, str]]:
    """Turns of two sides, such as a user's and a model's, close to one another."""
    turns = [(found, _side(found["role"])) for found in _TURN.finditer(text)]
    for (one, side), (other, other_side) in pairwise(turns):
        if side != other_side and other.start() - one.end() < _TURNS_APART:
            yield one.start("role"), one.end(), DIALOGUE
            yield other.start("role"), other.end(), DIALOGUE


def _side(role: str) -> int:
    return next(number for number, names in enumerate(_SIDES) if re.fullmatch(names, role, re.IGNORECASE))


def _encoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Base64 that holds words, where somebody says that it is to be decoded or the words are Chinese sentences."""
    for found in _BLOB.finditer(text):
        words = _decoded(found.group())
        near = text[max(0, found.start() - 80) : found.end() + 80]
        if words and (_DECODE.search(near) or sum("\u4e00" <= c <= "\u9fff" for c in words) >= 4):
            yield found.start(), found.end(), ENCODED


def _decoded(blob: str) -> str:
    """The text in a blob; empty when it holds none."""
    plain = blob.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        words = base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return words if all(character.isprintable() or character in "\n\t" for character in words) else ""
