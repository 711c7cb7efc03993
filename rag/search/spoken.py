"""What a question asks, without what people say around it: `帮我查一下，X到底是多少来着` is `X是多少`."""

from __future__ import annotations

import re

import rjieba

from rag.text.script import fold

_ASKS = re.compile(
    r"多少|几|什么|甚么|啥|谁|哪|怎|如何|为何|何[时地人]|多[大高长远重久快]|是否|有没有|是不是|[吗么]|呢|能否|可否|(.)不\1"
)
_STOP = re.compile(r"[，,。！!；;~～…]+")
_ANY_STOP = r"[，,。！!：:、~～…\s]*"
_POLITE = r"(?:麻烦|劳烦|拜托|请)?(?:你们?|您|大家|各位)?(?:能不能|能否|可不可以|可以|可否)?(?:请)?"
_SOFT = r"(?:[哈哦呀啊嘛呗吧哇嘞咯喽]|一?下子?)*"
_VERB = r"(?:请教|请问|问|打听|咨询|了解|知道|弄清楚?|搞清楚?|弄明白|搞明白|确认|核实|查)"
# What may stand before a question and says only that it is asked, or where the speaker heard of it.
_FRAMES = re.compile(
    "(?:"
    + "|".join(
        (
            r"(?:你好|您好|哈[喽啰]|嗨|哎呀?|诶|欸|唉|喂|嗯+|对了|话说)(?=[，,。！!：:、\s~～])",
            r"(?<![^，,。！!；;\s])[哎诶欸唉喂嗯](?=[我你您俺咱])",
            rf"(?:[我俺]们?|本人)?(?:就是|就|只是|只|现在|今天)?(?:很|特别|比较)?(?:想|要|来)(?:请)?{_VERB}{_SOFT}(?:{_VERB}{_SOFT})?",
            rf"请问{_SOFT}",
            rf"{_POLITE}帮(?:[我俺]们?|忙|个忙)*(?:再)?(?:查|看|找|搜|核实|确认|问|打听|算|想)(?:[查看找搜问算想]|一[查看找搜问算想])?{_SOFT}(?:看)?",
            rf"{_POLITE}能?(?:(?:再)?告诉[我俺]们?|[跟给][我俺]们?(?:说|讲)(?:[说讲]|一[说讲])?){_SOFT}",
            r"(?:有没?有?人|谁|大家|你们?|您)知[道不]+道?(?=[，,。！!：:、\s])",
            r"[我俺]?(?:之前|刚才?|昨天|前几天|好像)?(?:听(?:人家?|别人|朋友|同事|邻居|家里人)?[说讲](?!读)(?:过|是)?|据说|据传|传言说|有人说)",
            r"[我俺]?(?:之前|刚才?|昨天|前几天|好像)?(?:看到?|见到?|刷到)(?:新闻|报道|网上|有人|朋友圈|抖音|微博)(?:里|上|中)?(?:面)?说?",
            r"(?:后来|这)?(?:的)?(?:新闻|报道|文章|网上|材料|报纸|稿子)(?:里|上|中)(?:面)?(?:都|又|是)?(?:[说讲写]|提到?|登)(?:了|过|的)?(?:是)?",
        )
    )
    + f"){_ANY_STOP}"
)
_FILLERS = re.compile(
    r"到底(?![的部层端线])|究竟|来着|(?:大概|大致|大约)(?:[说讲给])?个?(?:数字?|范围)?就(?:行|好|可以)了?(?=$|[，,。！!？?\s])"
    r"|[哈呀啊嘛呗喽咯哇嘞哦](?=$|[，,。！!？?\s])"
)
_TRUE = re.compile(
    r"[，,]?(?:这)?(?:是)?(?:真的假的|真的吗|真的么|真是假|真的还是假的|不是真的|有这回事吗?)[啊呀]?[？?。！!]*$"
)
_SPENT = (  # 花 and 用 as words of their own: not in 棉花, 费用, 挪用
    r"(?:(?:一共|总共|共|总|要|得)[花用](?:[掉去费]?了?)"
    r"|花[掉去费]?了|(?<![使利占挪动引采费租雇专公作信启备借盗耗])用[掉去]?了)"
)
# Spoken for written words: the articles have the latter.
_WRITTEN = (
    (re.compile(r"要不要(?:钱|收费|付费|花钱)|收不收(?:钱|费)|花不花钱|用不用花钱"), "收费吗"),
    (re.compile(r"(?<!不)要钱(?=[吗么])"), "收费"),
    (re.compile(rf"{_SPENT}(?=多少钱)"), ""),
    (re.compile(r"多不多"), "有多少"),
    (re.compile(r"咋样"), "怎么样"),
    (re.compile(r"咋"), "怎么"),
    (re.compile(r"啥"), "什么"),
    (re.compile(r"多会儿"), "什么时候"),
    (re.compile(r"娃娃(?![鱼脸菜机衫])|(?<=[带生收养接送个名])娃(?![哈娃])|(?<=多少)娃(?![哈娃])"), "孩子"),
)
_SPEAKER = re.compile(
    r"^(?:我|俺|咱|本人|家里|朋友|同事|邻居|同学|亲戚|老公|老婆|爸|妈|孩子?|女儿|儿子|周末|最近|刚好|正好)"
)
_OF_SPEAKERS = frozenset(
    """
    朋友 同事 邻居 同学 亲戚 老公 老婆 爸 妈 爸爸 妈妈 我妈 我爸 孩子 小孩 女儿 儿子 家里 家里人 家人 本人 人家
    作业 论文 报告 课题 个 一 两 件 事 事情 旁边 附近 乡下 老家 那边 这边 周末 最近 时候 今天 昨天 有点 有些 问题 一个
    """.split()
)
_SHORTEST = 6  # characters that a question must keep


def plain(text: str) -> str:
    """`text` without greetings, requests, hearsay and fillers, in written words; itself where that leaves little.

    Clauses about the speaker are left out too where they name nothing and ask nothing.
    """
    key = fold(text)
    if len(key) != len(text):
        return text
    left = _replaced(_replaced(text, _FRAMES, ""), _FILLERS, "")
    left = _asking(left)
    left = _without_speaker(left)
    for spoken, written in _WRITTEN:
        left = _replaced(left, spoken, written)
    left = re.sub(r"^(?:[，,。！!：:、~～…\s]|说(?=[^，,]{4,}))+|[，,：:、~～…\s]+$", "", left)
    return left if len(left) >= _SHORTEST and _asks_still(key, left) else text


def _asks_still(before: str, left: str) -> bool:
    return bool(_ASKS.search(fold(left))) or not _ASKS.search(before)


def _replaced(text: str, spoken: re.Pattern[str], written: str) -> str:
    """`text`, in its own script, with `written` for all that `spoken` finds in it folded."""
    out, at = [], 0
    for found in spoken.finditer(fold(text)):
        out += [text[at : found.start()], written]
        at = found.end()
    return "".join([*out, text[at:]])


def _asking(text: str) -> str:
    """A statement that `真的假的` follows as a question of its own."""
    found = _TRUE.search(fold(text))
    if not found or _ASKS.search(fold(text[: found.start()])):
        return text
    return f"{text[: found.start()]}吗？"


def _without_speaker(text: str) -> str:
    """The text from its second clause on, where the first only tells of the speaker."""
    stop = _STOP.search(text)
    while stop and _tells_of_speaker(text[: stop.start()]) and _ASKS.search(fold(text[stop.end() :])):
        text = text[stop.end() :]
        stop = _STOP.search(text)
    return text


def _tells_of_speaker(clause: str) -> bool:
    key = fold(clause)
    return bool(_SPEAKER.match(key)) and not (_ASKS.search(key) or _nominal(key) - _OF_SPEAKERS)


def _nominal(key: str) -> set[str]:
    """Whatever may name what is asked about: nouns, names, figures, and words that no dictionary has."""
    return {word for word, tag in rjieba.tag(key) if tag[0] in "njm" or tag in {"vn", "eng", "x", "b"}}
