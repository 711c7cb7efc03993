"""Text of articles -> data in a prompt: whatever it says, it cannot pass for a delimiter, a role or a marker of ours.

What a model must never read in an article as structure: characters that nobody sees, the special tokens of chat
templates, tags, headings that open an instruction, the beginning of somebody's turn in a dialogue, the beginning of a
passage, citation markers, JSON. Such places are rewritten in look-alikes that mean nothing to a program; other text
comes through untouched. Quotes are cut from the stored article, never from this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.invisible import without_invisible

_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_MARKER = re.compile(
    r"[\[【［]\s*(?:\^|资料|資料|source)?\s*\d{1,3}(?:\s*[,，、]\s*\d{1,3})*\s*[\]】］]", re.IGNORECASE
)
_FENCES = re.compile(r"`{3,}|~{3,}|\"{3,}")
_TAG = re.compile(r"<[\s/|!?<｜]*[^\W\d][^<>\n]{0,200}>?|<[|!?/<｜]+|[|/\-\"｜>]{1,8}[ \t]{0,8}>")
_BRACKETED = re.compile(
    r"\[(\s*/?\s*(?:inst|sys|system|user|assistant|human|tool|bos|eos|pad|unk|sep|cls|mask|gmask|end|begin|stop)\b[^\[\]]{0,20})\]",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\{\s*[\"'“”]|[\"'“”]\s*:\s*(?:true|false|null|[\"'“”\[{\d])", re.IGNORECASE)

_GAP = r"[ \t\u3000]{0,4}"


def _spaced(word: str) -> str:
    """A pattern for `word` with blanks between its characters, which a reader takes for the word all the same."""
    return _GAP.join(map(re.escape, word))


_ROLES = (
    "system user assistant human bot developer tool chatgpt instruction instructions response input output prompt "
    "question answer passage source document 系统 系統 用户 用戶 使用者 助手 助理 人类 人類 模型 机器人 機器人 指令 "
    "提示词 提示詞 系统提示 系統提示 问题 問題 回答 答案 开发者 開發者"
).split()
_NUMBERED = "资料 資料 文档 文檔 passage source document"
_ROLE = "|".join(_spaced(word) for word in sorted(_ROLES, key=len, reverse=True))
_NUMBERED_ROLE = "|".join(_spaced(word) for word in _NUMBERED.split())
_ORNAMENT = r"[ \t\u3000*_#>\-=~|【\[（(“\"'「]{0,12}"  # bounded, here and elsewhere, so that time stays linear
_TURN = re.compile(
    rf"((?:^|[\s。．.！!？?；;：:…”」』）)】\]}}｝]){_ORNAMENT}"
    rf"(?:(?:{_ROLE})|(?:{_NUMBERED_ROLE}){_GAP}[\d０-９一二三四五六七八九十]{{1,3}})"
    rf"[\s*_】\]）)”\"'」]{{0,12}})[:：︰﹕∶]",
    re.IGNORECASE,
)
_PASSAGE = re.compile(rf"((?:资|資){_GAP}料{_GAP}[\d０-９]{{1,3}}\s{{0,12}})[:：︰﹕∶]")
_HEADING = re.compile(rf"^([ \t\u3000]{{0,12}})#+(?=[ \t\u3000]{{0,12}}(?:{_ROLE}))", re.IGNORECASE | re.MULTILINE)
_TO_WIDE = str.maketrans({"<": "＜", ">": "＞", "|": "｜", "[": "［", "]": "］", "{": "｛", "}": "｝"})


def fence(text: str) -> str:
    """`text` as data: nothing in it can be taken for structure of a prompt. Applying it twice changes nothing more."""
    while True:
        fenced = _once(text)
        if fenced == text:
            return fenced
        text = fenced


def numbered(passages: Sequence[tuple[int, str]]) -> str:
    """Passages as lines `资料1：…`. No passage holds a line break, or what looks like the beginning of one."""
    return "\n".join(f"资料{number}：{_one_line(text)}" for number, text in passages)


def _one_line(text: str) -> str:
    return fence(" ".join(line.strip() for line in fence(text).split("\n") if line.strip()))


def _once(text: str) -> str:
    """One pass over what can be forged; taking something away may join what stood on either side."""
    text = _BREAKS.sub("\n", without_invisible(text))
    text = _FENCES.sub("", _MARKER.sub("", text))
    text = _TAG.sub(lambda found: found.group().translate(_TO_WIDE), text)
    text = _BRACKETED.sub(lambda found: found.group().translate(_TO_WIDE), text)
    if _OBJECT.search(text):
        text = text.translate(_TO_WIDE).replace('"', "＂")
    text = _HEADING.sub(r"\1", text)
    return _PASSAGE.sub(r"\1，", _TURN.sub(r"\1，", text))
