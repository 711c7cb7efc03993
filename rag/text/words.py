"""Chinese words: the terms of the lexical index, and what a question is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

import rjieba

from rag.text.ordinary import NOT_BODIES, NOT_PEOPLE, NOT_PLACES
from rag.text.script import fold

# Words that say how something is asked, not what about; folded. Closed classes only.
_QUESTION_WORDS = frozenset(
    """
    担任 职务 职位 头衔 身份 各有 一共 总共 共有 各自 分别 比例 数量 总数 名额 名字 一年 一天 钱 靠
    到底 究竟 来着 总计 大概 大约
    什么 甚么 啥 谁 哪 哪儿 哪里 哪些 哪个 哪一 哪位 哪家 哪所 哪座 哪国 哪年 何 何时 何地 何处 何人 何者 何种 何年
    如何 怎么 怎么样 怎样 怎 多少 几 几个 几所 几年 几月 几日 几种 多大 多久 多长 多高 多远 为什么 为何 为啥
    是不是 是否 有没有 有无 能否 可否 请问 请 问 告诉 介绍 一下 吗 呢 吧 啊 呀 嘛 么 想 知道 问下
    what who whom whose which where when why how is are was were do does did
    the a an of in on at to for and or
    """.split()
)
_FUNCTION_WORDS = frozenset(
    """
    的 地 得 了 着 过 是 在 有 和 与 及 或 而 且 但 但是 就 都 也 还 又 很 将 把 被 让 使 给 从 到 于 对 对于
    关于 由 由于 因 因为 所以 以 以及 为 为了 并 并且 其 其中 该 此 这 这个 这些 那 那个 那些 它 他 她 我 你 您
    我们 你们 他们 它们 自己 之 之一 个 一个 等 上 下 中 里 内 外 前 后 时 时候 当 会 能 能够 可以 可 要 应 应该
    不 没 没有 无 非 被称为 称为 叫 叫做 做 作为 属于 说 称 表示 来 去 向 往 至 比 跟 同 则 却 更 最 再 才 只 仅
    曾 曾经 已 已经 正 正在 现在 目前 当时 后来 进行 通过 根据 按照 所 者 们 第 次 种 位 名 年 月 日
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A proper name in a text: `kind` is "place", "person" or "body"; `word` and its `parts` are folded."""

    word: str
    kind: str
    parts: tuple[str, ...] = ()

    def stands_in(self, key: str) -> bool:
        """True when the folded text `key` holds the name, all its parts, or a place without its suffix."""
        if self.word in key or (self.parts and all(part in key for part in self.parts)):
            return True
        return self.kind == "place" and len(self.word) > 2 and self.word[-1] in _PLACE_SUFFIXES and self.stem in key

    @property
    def stem(self) -> str:
        """The name without the suffix that says what kind of place it is."""
        return self.word[:-1] if len(self.word) > 2 and self.word[-1] in _PLACE_SUFFIXES else self.word


_NAME_TAGS = {"ns": "place", "nr": "person", "nrt": "person", "nrfg": "person", "nt": "body"}
_ORDINARY = {"place": NOT_PLACES, "person": NOT_PEOPLE, "body": NOT_BODIES}
_PLACE_SUFFIXES = "省市县区镇乡村州旗盟"
_ZONES = frozenset("新区 开发区 高新区 示范区 试验区 自贸区 保税区 园区 经开区 湾区 大湾区 自治区 自治州 街道".split())
_ASKING = re.compile(  # an interrogative or a demonstrative with its counter, cut as one word
    r"几\w$|[哪何]\w$|多少|[这那][座场次位项个名条件家所种类款部辆艘台届天年月边样么些里儿段笔批片栋间]$"
)
_NEVER_IN_A_NAME = "的了着是在吗呢吧啊么把被"
_COMPOUND_TAGS = frozenset({"ns", "n", "nz", "f", "j", "nr"})
_NOMINAL = "najbl"  # nouns, adjectives, abbreviations, distinguishing words, set phrases
_DIRECTIONS = "东南西北中"
_LED_BY = frozenset("给比选坐乘去到从往在对向离由把被让年")  # what the tagger joins to the front of a name (`坐汀兰`)
_FOLLOWED_BY = frozenset("上下内里")  # 沅川下|一届
_JOINED = 3  # characters of the shortest name of two with one more joined to it
_LONGEST_COMPOUND = 2
_COMMON_NOUNS = frozenset(
    "地区 社区 园区 城市 都市 全市 全省 全区 全县 乡村 农村 城镇 乡镇 城区 郊区 市区 景区 校区 小区 灾区".split()
)
# The surnames that cover most of the population, and the two-character ones; keeps the tagger's guesses in bounds.
_SURNAMES = frozenset(
    """
    王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖
    石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁
    岳翟申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆
    农司古吉缪简车项连芦麦褚娄戚岑景党宫费卜冷晏席卫米柏宗翁闵明丰臧储詹仇虞尉晋欧诸葛司马上官夏侯皇甫尉迟令狐
    """
) - {"\n", " "}


def names(text: str) -> list[Name]:
    """The proper names that the tagger sees in `text`, each once, in order; single characters are left out."""
    found: dict[Name, None] = {}
    before: list[str] = []  # words right before that may belong to a compound place name
    for word, tag in rjieba.tag(fold(text)):
        if _is_suffix(word) and before and len(before[-1]) > 1 and before[-1] not in _COMMON_NOUNS:
            found.pop(Name(word=before[-1], kind="place"), None)
            found[Name(word=before[-1] + word[0], kind="place")] = None
        elif word in _ZONES and before:
            parts = (*before, word)
            for part in before:
                found.pop(Name(word=part, kind="place"), None)
            found[Name(word="".join(parts), kind="place", parts=parts)] = None
        elif kind := _kind_of_name(word, tag):
            found[_bare(Name(word=word, kind=kind))] = None
        joins = tag in _COMPOUND_TAGS and (tag != "f" or word[0] in _DIRECTIONS)
        before = [*before, word][-_LONGEST_COMPOUND:] if joins else []
    return list(found)


def _bare(name: Name) -> Name:
    """A place of no dictionary without the verb or the direction that the tagger has joined to it (`坐汀兰`)."""
    word = name.word
    if name.kind != "place" or len(word) < _JOINED or rjieba.has_word(word) or rjieba.has_word(name.stem):
        return name
    if word[0] in _LED_BY:
        return Name(word=word[1:], kind=name.kind)
    return Name(word=word[:-1], kind=name.kind) if word[-1] in _FOLLOWED_BY else name


def _is_suffix(word: str) -> bool:
    """A place suffix that was cut off its name, alone or with a verb of one character (`清源 区`, `永昌 镇有`)."""
    return word[0] in _PLACE_SUFFIXES and (len(word) == 1 or word[1:] in {"有", "在", "是"})


def _kind_of_name(word: str, tag: str) -> str:
    """Kind of the name (place, person or body); empty for a word that is no name."""
    kind = _NAME_TAGS.get(tag, "")
    if len(word) < 2 or word in _COMMON_NOUNS or word in _ZONES or word in _ORDINARY.get(kind or "place", ()):
        return ""
    if word[0] in "各全本某每":
        return ""
    if len(word) > 2 and word[-1] in _PLACE_SUFFIXES and tag.startswith("n"):
        return "place"
    if kind == "person" and tag == "nr" and word[0] not in _SURNAMES:
        return ""
    return kind


def noun_phrase(text: str) -> list[str]:
    """The folded words of the noun phrase that `text` begins with, a measure word (`个`, `所`) before it left out."""
    phrase: list[str] = []
    for word, tag in rjieba.tag(fold(text)):
        if tag[0] in _NOMINAL and (len(word) > 1 or phrase):
            phrase.append(word)
        elif phrase or len(word) > 1:
            break
    return phrase


def nouns(text: str) -> list[str]:
    """The folded nouns and names of `text` of two characters or more, each once, in order."""
    tagged = rjieba.tag(fold(text))
    return list(dict.fromkeys(word for word, tag in tagged if tag.startswith("n") and len(word) > 1))


def words(text: str) -> list[str]:
    """The folded search words of `text`, in order, overlapping ones included, punctuation left out."""
    return [word for word in rjieba.cut_for_search(fold(text)) if any(map(str.isalnum, word))]


def content_words(text: str) -> list[str]:
    """The folded words that say what `text` is about: no question words, no function words, each once, in order."""
    found = dict.fromkeys(part for word in words(text) for part in _known_parts(word))
    return [word for word in found if carries_meaning(word)]


def carries_meaning(word: str) -> bool:
    """False for a folded word that only asks or only joins others."""
    return word not in _QUESTION_WORDS and word not in _FUNCTION_WORDS and not _ASKING.match(word)


def _known_parts(word: str) -> list[str]:
    """The word; or, where the cutter made one up around a function word (`数是`), what is left without that."""
    if rjieba.has_word(word) or not any(character in _NEVER_IN_A_NAME for character in word):
        return [word]
    return [part for part in re.split(f"[{_NEVER_IN_A_NAME}]", word) if len(part) > 1]
