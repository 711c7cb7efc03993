"""What kind of thing a question asks for, and whether a sentence holds one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.text.numbers import find_quantities
from rag.text.script import fold
from rag.text.words import Name, names


class Kind(StrEnum):
    """The kinds of answer that questions ask for."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    MEANING = "meaning"
    LIST = "list"
    BODY = "body"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The kind of answer asked for; for numbers how its unit may begin, when the question tells."""

    kind: Kind
    units: tuple[str, ...] = ()


# What is measured tells the units that an answer has.
_UNITS = (
    (
        re.compile(
            r"率|占比|比例|比重|百分|幅|涨|跌|增速|(?:年均|每年|同比|环比)[^，,]{0,4}(?:增长|增加|上升|下降|减少)"
        ),
        ("%", "倍", "百分点", "分点", "分之", "点", "元"),
    ),
    (re.compile(r"面积|占地"), ("公里", "平", "亩", "公顷", "㎡", "km", "方", "英亩", "万平", "顷")),
    (
        re.compile(
            r"钱|工资|薪|投资|资金|金额|价格|造价|费用|收费|票价|奖金|营收|利润|元$|票房|成本|预算|"
            r"费(?:是|为|要|花|用了|总共|一共|共)?(?:了|花了)?多少"
        ),
        ("元", "块", "美元", "美金", "欧元", "英镑", "日元", "港元", "港币", "人民币", "卢布", "韩元"),
    ),
    (re.compile(r"多长时间|多久|时长"), ("年", "个月", "月", "天", "周", "小时", "分", "秒", "日")),
    (re.compile(r"岁|年龄|几岁"), ("岁", "周岁")),
)
# Counters that mean the same; a question for one of a row takes figures in any of it.
_COUNTERS = (
    ("人", "名", "位", "口", "人次"),
    ("家", "所", "座", "个", "间", "处", "户"),
    ("次", "场", "届", "回", "轮", "场次", "人次"),
    ("台", "部", "辆", "架", "艘", "套"),
    ("米", "公里", "千米", "厘米", "里"),
    ("吨", "公斤", "千克", "斤"),
    ("年", "月", "天", "日", "小时", "分钟", "个月"),
    ("亩", "公顷", "平方", "万亩"),
    ("件", "项", "条", "份", "张", "篇", "本", "册", "幅", "枚", "颗"),
    ("元", "美元", "块"),
    ("层",),
    ("岁",),
)

_DATE = re.compile(
    r"何时|什么时[候间]|(?<![这那近前后数每十第])几[点时](?!钟头)|(?:是|在)那一[年月日天](?:[^，,]{0,8}的)?[?？]?$|哪(?:一)?[年月日天]|(?<![这那近前后数每十第])几[年月日号](?!级)|何年|何月|何日|哪个?(?:时[候期间]|年代|世纪|朝代|月份|季度)|when|哪一?时期"
)
_NUMBER = re.compile(
    r"(?:多少|(?<![这那近前后数每十哪])几)[万亿]?(?P<unit>[^\W\d_]{0,2})|多[大高长远重宽深久快]|比例|百分之几|百分比|(?:率|占比|人数|数量|总数|金额|面积|人口|指数|价格)"
    r"(?:是|为|有|达到?|约)?(?:多少|多大|多高|几)?[?？]?$|how (?:many|much)"
)
_PERSON = re.compile(r"谁|(?<=[长员任记者授人师])叫(?:什么|啥)|哪一?(?:位|个人|名)|何人|什么人|叫什么名字|who")
_PLACE = re.compile(
    r"哪里|哪儿|何地|何处|什么地方|哪(?:一)?(?:个)?(?:国家?|省份?|城市|地区?|州|县|区|岛|洲|座城市|市|港|镇|村|处|块)|哪国|where"
)
_BODY = re.compile(r"(?:哪一?[家所个]|什么)(?:公司|企业|集团|银行|医院|学校|大学)")
_REASON = re.compile(r"为什么|为何|为啥|何以|原因|怎么会|why|缘由|为什麼")
_MEANING = re.compile(r"什么是|是什么意思|指(?:的是)?什么|(?:的)?(?:定义|含义|意思)(?:是什么)?[?？]?$")
_LIST = re.compile(r"哪些|哪几|哪[两二三四五六七八九十](?!十?年)|分别|有什么|包括什么")

_DATE_IN = re.compile(
    r"\d{1,4}年|[\d.][万亿]年|\d{1,2}月|[\d一二三四五六七八九十]+(?:日|号)|[二一][零〇一二三四五六七八九○]{3}年|[^\W\d_]{2}(?:时期|时代|年间|期间)|[\d一二三四五六七八九十]+(?:世纪|年代)|[元\d一二三四五六七八九十]+年|"
    r"[春夏秋冬]季|昨日|今年|去年|当日|次年|(?:星期|周)[一二三四五六日天末]|\d{1,2}(?:[:：]\d{2}|[点时](?!代))|[年月]底|[上中下]旬|"
    r"(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|夜里)[\d一二三四五六七八九十]"
)
_FREE = re.compile(
    r"免费|免收|免票|不收(?:费|钱|票)|不要钱|不用(?:花钱|买票)|无需(?:付费|买票|购票)|没有(?:任何)?收费|没有另外的?收费"
)
_YES_OR_NO = re.compile(
    r"是否|能否|可否|有无|有没有|([是能会要可])[不没]\1"
    r"|^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"(?:吗|没有?|是真的?假的?|对不对|是不是真的?)[呢呀啊]?[?？]?$")
_HALF = re.compile(r"一半|半数|[大过]半|多数")
_HALF_COUNTS = 0.8  # a share in words is as good as a number
_BODY_IN = re.compile(
    r"公司|集团|企业|银行|[^法]院(?!子|落)|局(?!面|势|部|限)|部(?:门|委)|委员会|管委会|中心(?!城|区)|研究所|大学|学院|中学|小学|一中|医院|"
    r"[报台网社](?=[，。、；》”\s|]|$)|协会|学会|基金会|联盟|厂(?!房|区)|所(?=[，。、；\s|]|$)|队(?=[，。、；\s|]|$)"
)
_NAME_BEFORE = re.compile(r"[\u4e00-\u9fffa-z·]{2}$")
_PLACE_IN = re.compile(
    r"[\u4e00-\u9fff]{2,8}?(?:体育[馆场]|博物馆|图书馆|文化馆|展览馆|剧院|剧场|广场|公园|码头|[车火]站|机场|酒店|大厦|礼堂|"
    r"会议中心|会展中心|创新中心|大道|路\d*号?|街(?!道办)|校区|院区|园区|渡口|港)"
)
_YEAR_ASKED = re.compile(r"哪一?年(?!级)|何年|几几年|年份")
_YEAR_IN = re.compile(
    r"\d{2,4}年|[二一][零〇一二三四五六七八九○]{3}年|[今去前明当同次]年|年代|世纪|[元\d一二三四五六七八九十]+年"
)
_TIME_ASKED = re.compile(r"(?:多少|几|多)个?(?:年|月|日|天|小时|时|分|秒|周|星期|点|久)")
_OF_TIME = ("年", "月", "日", "号", "时", "点", "分")
_REASON_IN = re.compile(
    r"因为|由于|因此|所以|为了|因而|导致|使得|以便|鉴于|原因|缘于|源于|归因|出于|是因|因(?!素|子|特)|故(?!事|宫|乡|障|意|居)|以(?:免|防|求|便)"
)
_MEANING_IN = re.compile(r"是(?:指|一|由|以|用)?|指的?是|即|称(?:为|作)|意思|定义|又名|系")


_SIGNS = {Kind.REASON: _REASON_IN, Kind.MEANING: _MEANING_IN}


def expected(question: str) -> Expected:
    """The kind of answer that `question` asks for, from its interrogative words."""
    key = fold(question)
    if _WHETHER.search(key):
        return Expected(kind=Kind.OTHER)  # `公布了要投多少钱吗` asks whether, not how much
    if _REASON.search(key):
        return Expected(kind=Kind.REASON)
    if key.startswith("什么是"):
        return Expected(kind=Kind.MEANING)
    if _DATE.search(key):
        return Expected(kind=Kind.DATE)
    if "第几" in key:
        return Expected(kind=Kind.OTHER)
    if match := _NUMBER.search(key):
        return Expected(kind=Kind.NUMBER, units=_units_of(key, (match["unit"] or "")[:1]))
    for kind, pattern in (
        (Kind.PERSON, _PERSON),
        (Kind.PLACE, _PLACE),
        (Kind.MEANING, _MEANING),
        (Kind.LIST, _LIST),
        (Kind.BODY, _BODY),
    ):
        if pattern.search(key):
            return Expected(kind=kind)
    return Expected(kind=Kind.OTHER)


def _units_of(key: str, named: str) -> tuple[str, ...]:
    """The beginnings of units that fit what is measured, or the counters that mean the same as the one named."""
    if named and named != "个":
        for row in _COUNTERS:
            if named in row:
                return row
    return next((units for measure, units in _UNITS if measure.search(key)), ())


def asks_whether(question: str) -> bool:
    """True for a question that yes or no would answer, in either language."""
    key = fold(question).strip()
    return bool(_WHETHER.search(key) or _YES_OR_NO.search(key))


def holds(sentence: str, wanted: Expected, *, question: str) -> float:
    """How well `sentence` holds the kind of thing wanted, in [0, 1]; things the question itself says do not count."""
    key, asked = fold(sentence), fold(question)
    if sign := _SIGNS.get(wanted.kind):
        return float(bool(sign.search(key)))
    match wanted.kind:
        case Kind.NUMBER:
            return _holds_number(key, wanted, asked)
        case Kind.DATE:
            return _holds_date(key, asked)
        case Kind.PERSON:
            return _holds_name(names(key), "person", asked, key)
        case Kind.PLACE:
            named = any(match.group() not in asked for match in _PLACE_IN.finditer(key))
            return max(0.9 * named, _holds_name(names(key), "place", asked, key))
        case Kind.BODY:
            return float(any(_is_named_anew(key, match, asked) for match in _BODY_IN.finditer(key)))
        case Kind.LIST:
            return min(1.0, (key.count("、") + key.count("和") + key.count("及") + 0.5 * key.count("，")) / 3)
    return 0.5


def _is_named_anew(key: str, suffix: re.Match[str], asked: str) -> bool:
    """What kind of body `suffix` says has a name before it, and not one that the question says."""
    name = _NAME_BEFORE.search(key, 0, suffix.start())
    return name is not None and name.group() + suffix.group() not in asked


def _holds_date(key: str, asked: str) -> float:
    if _YEAR_ASKED.search(asked) and not _YEAR_IN.search(key):
        return 0.0
    found = [m.group() for m in _DATE_IN.finditer(key) if m.group() not in asked]
    return min(1.0, 0.7 + 0.3 * any("年" in f or "月" in f for f in found)) if found else 0.0


def _holds_number(key: str, wanted: Expected, asked: str) -> float:
    already = {(q.value, q.unit) for q in find_quantities(asked)}
    fresh = [
        q
        for q in find_quantities(key)
        if (q.value, q.unit) not in already
        and not (q.value == 1 and key[q.start] == "一")
        and key[q.start - 1 : q.start] != "第"
        and (wanted.units or not q.unit.startswith(_OF_TIME) or _TIME_ASKED.search(asked))
    ]
    if "元" in wanted.units and _FREE.search(key):
        return 1.0
    if not fresh:
        return _HALF_COUNTS if _HALF.search(key) else 0.0
    if not wanted.units:
        return 0.8
    if any(q.unit.startswith(wanted.units) for q in fresh if q.unit):
        return 1.0
    return _HALF_COUNTS if re.search(f"半(?:{'|'.join(wanted.units)})", key) else 0.0


def _holds_name(found: list[Name], kind: str, asked: str, key: str) -> float:
    if any(name.kind == kind and name.word not in asked for name in found):
        return 1.0
    if kind == "person" and "·" in key:
        return 0.8
    return 0.3 if any(name.word not in asked for name in found) else 0.0
