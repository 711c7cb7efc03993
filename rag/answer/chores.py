"""Messages that need no search: small talk, and what chat front ends ask for on their own (titles, tags, follow-ups).

A front end sends its chores as ordinary messages. They are known by what they have in common, not by the words of one
product: an instruction (generate, summarise, 总结) whose object is a title, tags, questions, queries or the like, and
which is about the conversation itself, or demands a form of output that no reader asks for. All replies are made from
the conversation, without search and without a model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from rag.answer.gist import last_question, questions, tags, title
from rag.answer.smalltalk import Talk, answer_to, talk_of
from rag.answer.transcript import take_apart
from rag.text.script import fold, language, to_simplified, to_traditional
from rag.text.words import names
from rag.types import Question, Turn

_LOOKED_AT = 2000  # code points of an instruction, from its start and from its end
_MOST_OBJECTS = 50  # looked at in one instruction
_MOST_REPEATED = 6  # questions that a summary repeats
_UNTITLED = {"zh-Hans": "新对话", "zh-Hant": "新對話", "en": "New conversation"}
_SUMMARIES = {"zh-Hans": "用户问过：{}", "zh-Hant": "用戶問過：{}", "en": "The user asked: {}"}
_LIST_MARK = {"en": "; "}


class Kind(StrEnum):
    """What is asked for."""

    TALK = "talk"
    TITLE = "title"
    TAGS = "tags"
    FOLLOW_UPS = "follow_ups"
    QUERIES = "queries"
    COMPLETION = "completion"
    EMOJI = "emoji"
    SUMMARY = "summary"


class Form(StrEnum):
    """How the reply is to be written."""

    PLAIN = "plain"
    OBJECT = "object"
    ARRAY = "array"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """A message that needs no search. `turns` is the conversation that it is about; `key` the JSON object's key."""

    kind: Kind
    talk: Talk | None = None
    turns: tuple[Turn, ...] = ()
    form: Form = Form.PLAIN
    key: str = ""
    longest: int | None = None  # Chinese characters that a title may have, where the message says


_KEYS = {
    "title": Kind.TITLE,
    "your output": Kind.TITLE,
    "标题": Kind.TITLE,
    "tags": Kind.TAGS,
    "keywords": Kind.TAGS,
    "标签": Kind.TAGS,
    "follow_ups": Kind.FOLLOW_UPS,
    "followups": Kind.FOLLOW_UPS,
    "follow_up_questions": Kind.FOLLOW_UPS,
    "questions": Kind.FOLLOW_UPS,
    "suggestions": Kind.FOLLOW_UPS,
    "queries": Kind.QUERIES,
    "query": Kind.QUERIES,
    "text": Kind.COMPLETION,
    "emoji": Kind.EMOJI,
}
_OBJECT_KEY = re.compile(r"[\"“'‘]([\w 标题签]{2,24})[\"”'’]\s*:")
_ARRAY = re.compile(r"json array|json数组|json 数组|\[\s*[\"“][^\]{}]*[\"”]\s*(?:,|，|\])")
_JSON = re.compile(r"json")

# All patterns are for folded text.
_TARGETS = {
    Kind.TITLE: r"titles?|subtitles?|topics?|subject line|标题|题目|主题|话题",
    Kind.TAGS: r"tags?|keywords?|labels?|categories|标签|关键词|关键字",
    Kind.FOLLOW_UPS: (
        r"追问|后续的?(?:问题|提问)|跟进的?问题|(?:接下来|下一步|继续|可能)[^。\n]{0,12}(?:问|提出|提)的?[^。\n]{0,6}问题"
        r"|(?:推荐|建议|相关|引导)的?(?:问题|提问)|follow[- ]?ups?(?! (?:input|question\b(?!s)))"
        r"|(?:next|related|suggested) (?:questions|prompts|replies)"
        r"|questions?(?: or prompts)?[^.\n]{0,40}(?:user|human|they)[^.\n]{0,20}(?:ask|likely)"
    ),
    Kind.QUERIES: (
        r"search (?:engine )?(?:quer(?:y|ies)|terms?)|standalone (?:question|query)"
        r"|(?:搜索|检索|查询)(?:词|语句|关键词|查询|问题)|独立的?(?:问题|提问)"
    ),
    Kind.COMPLETION: (
        r"auto-?complet\w*|continue the (?:\w+ )?text|补全(?:系统|文本|输入|用户)|续写(?:用户|输入|文本|上文|以下)"
    ),
    Kind.EMOJI: r"emojis?|表情(?:符号)?",
}
_VERB = (
    r"(?:\b(?:generat|creat|writ|provid|suggest|summari[sz]|giv|produc|predict|propos|com(?:e|ing) up with|return|nam"
    r"|assign|rephras|rewrit|reflect|categori[sz]|extract|analy[sz]|complet|continu|list|pick|choos|craft|output)"
    r"(?:e|es|ing)?\b|生成(?!式)|产生|总结|概括|归纳|提炼|返回|输出|[起取想](?=.{0,4}(?:标题|题|名))|拟|写|提供|给出|建议"
    r"|推荐|预测|提出|列出|创建|提取|打|改写|重写|补全|续写)"
)
_ASKED_FOR = {kind: re.compile(target) for kind, target in _TARGETS.items()}
_ASKS = re.compile(_VERB)
_SPACES = re.compile(r"(\s)\s+")
_STOP = re.compile(r"(?<!\d)[.!?]\s|[。！？]")
_REACH = 160  # code points between the verb of an instruction and its object
_NAMING = re.compile(r"[为给将把对][^。？?\n]{2,24}(?:命名|[起取]个?名)")
_CHAT = (
    r"(?:(?:[这此本该]|当前|上述|以上|上面|下面|以下|下列|前面|之前|刚才|我们|我和你|用户|整个)[的是]?一?[次段个场轮组篇]?的?"
    r"(?:对话|会话|聊天|谈话|问答|交谈)(?!会|框|机制|平台|节目|活动|系统|式|型|大会|论坛|人|机器|工具|软件|室|栏目|录像)"
    r"|(?:对话|会话|聊天)(?:历史|记录|内容|上下文|消息)"
    r"|(?:this|the|our|following|above|previous|current|entire|my|a) (?:\w+ )?"
    r"(?:conversation|chat|dialogue|discussion)s?(?! (?:between|among|paper|forum|panel|series)|bot)"
    r"|(?:chat|conversation|message) (?:history|histories|title|log)|conversation(?:'s)? (?:title|topic|tags))"
)
_ABOUT_CHAT = re.compile(_CHAT)
_ABOUT_TEXT = re.compile(
    r"这句话|这段话|以上内容|上述内容|下面的?内容|以下内容|这些消息|用户的?(?:输入|提问|问题|消息|第一条)"
    r"|(?:the |user'?s? )(?:first )?(?:message|input|query|speaker)|follow[- ]?up (?:question|input)|<text>|speaker"
)
_DEMANDS_FORM = re.compile(
    r"不要(?:解释|标点|使用标点|加|任何|包含|多余|语气词|输出)|不(?:需要|得|能)?(?:使用|包含|带|加)[^。\n]{0,6}(?:标点|引号|解释)"
    r"|无需解释|[直只仅]接?需?要?(?:返回|输出|回复|给出)|(?:\d+|[一二三四五六七八九十]到?[一二三四五六七八九十]?)\s*个?字"
    r"|json|(?:only|just) (?:return|respond|output|reply|the title|provide|include)"
    r"|(?:return|respond|output|reply)(?: with)? only|no (?:punctuation|quotes|quotation|extra|explanation|markdown)"
    r"|without (?:any )?(?:quotation|quotes|punctuation|lead-in|extra)|do not include|exclude punctuation|nothing else"
    r"|words or (?:less|fewer)|word-or-less|\d+\s*(?:-|–|to)\s*\d+[- ]words?|\b\w{1,12}[- ]words? title"
    r"|max(?:imum)? \d+ (?:char|word)|standalone (?:question|query)\s*:?\s*$|your task is"
)
_ABOUT_ARTICLES = re.compile(
    r"文章|报道|新闻|通知|文件|稿|通报|公告|论文|网页|\b(?:articles?|news|reports?|documents?|pages?|papers?)\b"
)
_TASK = re.compile(r"^\s*#+\s*\**(?:task|任务|instructions?)\b", re.MULTILINE)
_ANSWERS = re.compile(r"^\W{0,9}(?:task|任务)?\W{0,9}(?:respond to|answer|回答|解答|reply to)")
_SUMMARY = re.compile(
    rf"^\W{{0,9}}(?:请|麻烦|帮我|现在|please|now|(?:can|could) you|\s){{0,6}}"
    rf"(?:简要|简单|简短|briefly|用一?两?句话)?\s?"
    rf"(?:(?:总结|概括|归纳|回顾|summari[sz]e|recap)"
    rf"(?:一下|下|出|briefly|\s){{0,4}}"
    rf"(?:{_CHAT}|对话|conversation)"
    rf"|(?:将|把|对)?(?:{_CHAT})(?:的?内容)?(?:进行|做|作)?(?:一个|个)?(?:简要|简单)?(?:总结|概括))(?P<rest>[^。.\n]{{0,90}})"
)
_ASKS_ON = re.compile(r"提到|说到|涉及|关于|中的|里的|what|多少|哪|谁|mention|regarding|about ")
_LIMIT = re.compile(r"(\d{1,6})\s*个?(?:汉|字|中文字)")


def recognise(question: Question, *, instructions: str = "") -> Chore | None:
    """What the message asks for when it needs no search; None for everything that may be a question.

    `instructions` is what a system message says: some front ends put the chore there and the conversation into the
    message. Small talk counts only if the whole message is that.
    """
    if talk := talk_of(question.text):
        return Chore(kind=Kind.TALK, talk=talk, turns=question.history)
    parts = take_apart(question.text)
    turns = parts.turns or question.history
    if chore := _chore(parts.rest, turns):
        return chore
    if instructions and _DEMANDS_FORM.search(fold(instructions)):
        pasted = parts.turns or (*question.history, Turn(role="user", text=question.text))
        return _chore(instructions, pasted)
    return None


def _chore(instruction: str, turns: tuple[Turn, ...]) -> Chore | None:
    spaced = _SPACES.sub(r"\1", instruction.strip())
    key = fold(spaced if len(spaced) <= 2 * _LOOKED_AT else spaced[:_LOOKED_AT] + spaced[-_LOOKED_AT:])
    if _ANSWERS.match(key):
        return None
    json_key = next((found for found in _OBJECT_KEY.findall(key) if found in _KEYS), "")
    kind = _kind(key, json_key, turns)
    if kind is None:
        return None
    form = (
        Form.OBJECT
        if json_key
        else Form.ARRAY
        if _ARRAY.search(key)
        else Form.OBJECT
        if _JSON.search(key)
        else Form.PLAIN
    )
    limit = _LIMIT.search(key)
    return Chore(
        kind=kind,
        turns=turns,
        form=form,
        key=_as_written(instruction, json_key) or kind.value,
        longest=int(limit[1]) if limit else None,
    )


def _kind(key: str, json_key: str, turns: Sequence[Turn]) -> Kind | None:
    """What the folded instruction asks for, if it is a chore."""
    about_chat = bool(_ABOUT_CHAT.search(key) or _TASK.search(key))
    demands = bool(json_key or _DEMANDS_FORM.search(key))
    if not (about_chat or (demands and (_ABOUT_TEXT.search(key) or (turns and _names_nothing(key))))):
        return None
    asked = {kind: at for kind in _ASKED_FOR if (at := _asked_at(key, kind)) is not None}
    if naming := _NAMING.search(key):
        asked.setdefault(Kind.TITLE, naming.end())
    if asked:
        return _KEYS.get(json_key) or min(asked, key=asked.__getitem__)
    summary = _SUMMARY.match(key)
    return Kind.SUMMARY if summary and not _ASKS_ON.search(summary["rest"]) else None


def _asked_at(key: str, kind: Kind) -> int | None:
    """Where the first object of this kind ends that a verb before it in the same sentence asks for."""
    for found in islice(_ASKED_FOR[kind].finditer(key), _MOST_OBJECTS):
        before = max(0, found.start() - _REACH)
        stops = [stop.end() for stop in _STOP.finditer(key, before, found.start())]
        verb = _ASKS.search(key, stops[-1] if stops else before)
        if kind is Kind.COMPLETION or (verb and verb.start() < found.start()):
            return found.end()
    return None


def _names_nothing(key: str) -> bool:
    """An instruction that names no place, person, body or article can only mean the conversation before it."""
    return not _ABOUT_ARTICLES.search(key) and not names(key)


def _as_written(instruction: str, key: str) -> str:
    """The JSON key in the letters in which the instruction has it."""
    at = fold(instruction).find(key)
    return instruction[at : at + len(key)]


def reply_to(chore: Chore, question: Question) -> str:
    """The reply, in the language of the conversation; valid JSON where the message demands JSON. Takes no search."""
    if chore.talk is not None:
        return answer_to(chore.talk, _tongue(question.text, chore.turns))
    tongue = _tongue("", chore.turns)
    match chore.kind:
        case Kind.TITLE:
            return _one(chore, title(chore.turns, longest=chore.longest) or _UNTITLED.get(tongue, _UNTITLED["zh-Hans"]))
        case Kind.TAGS:
            return _many(chore, tags(chore.turns))
        case Kind.QUERIES:
            last = last_question(chore.turns)
            return _one(chore, last) if chore.key == "query" else _many(chore, [last] if last else [])
        case Kind.FOLLOW_UPS:
            return _many(chore, [])  # what the articles answer is not known without a search
        case Kind.COMPLETION:
            return _one(chore, "")
        case Kind.EMOJI:
            return _one(chore, "💬")
        case _:
            asked = _LIST_MARK.get(tongue, "；").join(questions(chore.turns)[-_MOST_REPEATED:])
            return _one(chore, asked and _SUMMARIES.get(tongue, _SUMMARIES["zh-Hans"]).format(asked))


def _tongue(text: str, turns: Sequence[Turn]) -> str:
    """Language and script of `text`; where its characters do not tell, those of what the user said before."""
    said = "".join(turn.text for turn in turns if turn.role == "user")
    own = language(text)
    if own == "en" or (own in {"zh-Hans", "zh-Hant"} and to_simplified(text) != to_traditional(text)):
        return own
    return language(said) if said and not (own == "zh-Hans" and language(said) == "en") else own


def _one(chore: Chore, text: str) -> str:
    match chore.form:
        case Form.OBJECT:
            return json.dumps({chore.key: text}, ensure_ascii=False)
        case Form.ARRAY:
            return json.dumps([text] if text else [], ensure_ascii=False)
        case _:
            return text


def _many(chore: Chore, texts: list[str]) -> str:
    match chore.form:
        case Form.OBJECT:
            return json.dumps({chore.key: texts}, ensure_ascii=False)
        case Form.ARRAY:
            return json.dumps(texts, ensure_ascii=False)
        case _:
            return ", ".join(texts)
