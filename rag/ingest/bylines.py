"""Who made a page and when: the words and shapes of credits, bylines and datelines.

Patterns over the folded line (simplified, half-width, lower case), in words that pages in Chinese use everywhere.
"""

from __future__ import annotations

import re


def spaced(words: str) -> str:
    """An alternation of words whose characters may stand apart, as in `责 编`."""
    longest_first = sorted(words.split(), key=len, reverse=True)
    return "|".join(r"\s?".join(map(re.escape, word)) for word in longest_first)


EDITORS = spaced(
    "责任编辑 本文责编 责编 网络编辑 值班编辑 实习编辑 版面编辑 视频编辑 文字编辑 图片编辑 美术编辑 审核编辑 "
    "新媒体编辑 流程编辑 "
    "编辑整理 编辑 美编 编审 责任校对 校对 校审 审核 审校 审签 审稿 审阅 初审 复审 二审 三审 终审 一审 监制 "
    "总监制 总值班 值班主任 "
    "值班总监 值班 统筹 总统筹 执行主编 副主编 主编 总编辑 总编 签发"
)
MAKERS = spaced("录入 上传 排版 编排 制作 制图 设计 策划 出品 出品人 责任人 发布人 发布者 组稿 二维码")
WRITERS = spaced(
    "作者 记者 本报记者 本网记者 特约记者 见习记者 实习记者 实习生 通讯员 撰文 撰稿 撰写 执笔 文字 文 供稿 图文 "
    "文图 文/图 图/文 "
    "摄影 摄像 摄影记者 图片 图 视频 剪辑 插图 翻译 编译 采写 采访 整理"
)
SOURCES = spaced(
    "来源 文章来源 信息来源 稿件来源 新闻来源 资料来源 内容来源 消息来源 稿源 来源于 转自 转载自 摘自 原载 出处 "
    "发布机构 发布单位 "
    "发布部门 发文机关 发文机构 供稿单位 信息提供 来稿单位 媒体"
)
TIMES = spaced(
    "发布时间 发布日期 发表时间 发表日期 发稿时间 更新时间 更新日期 最后更新 最后修改 修改时间 创建时间 录入时间 "
    "日期 时间 成文日期 "
    "发文日期 公开日期 生成日期 上传时间 发布于 更新于"
)
COUNTS = spaced(
    "点击数 点击量 点击率 点击次数 点击 浏览次数 浏览量 浏览数 浏览 阅读次数 阅读量 阅读数 阅读 访问量 访问次数 "
    "查看次数 人气 次数 "
    "字号 字体大小 字体 文字大小 字数 评论数 评论 分享到 分享 打印 收藏 点赞 关键词 关键字 标签 栏目 分类 "
    "所属分类 所属栏目 "
    "索引号 主题分类 文号 文章编号 信息索引号 语音播报 朗读"
)
TITLES = spaced("原标题 原题 原文标题 原题为 原标题为 新闻标题 标题")
_SEPARATOR = r"\s?(?:>>|[:/|丨])\s*"
_VALUE = r"[^。!?;]{0,40}?"
_ANY_ROLE = rf"(?:{EDITORS}|{MAKERS}|{WRITERS}|{SOURCES}|{TIMES}|{COUNTS}|{TITLES})"
_DATE = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_PERSON = (
    r"(?!记者|通讯员|作者|编辑|校对|审核|摄影|实习生|来源|发布|发于|发自|报道"
    r"|阅读|浏览|举报|分享|收藏|打印|评论|点击|关注|订阅)[\u4e00-\u9fff·]{2,4}"
)
PEOPLE = rf"{_PERSON}(?:(?:\s{{0,2}}[、,&和]\s?|\s{{1,2}}){_PERSON})*"
SLASHED = re.compile(rf"({PEOPLE})\s?/\s?([\u4e00-\u9fff]{{2,12}})")  # a writer and the outlet, as below headlines
OUTLET = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9《》·]{2,16}(?:报|网|社|台|新闻|周刊|杂志|在线|发布|融媒体中心|客户端|通讯)"
)
DATE_TIME = re.compile(rf"(?:{_DATE}\s*(?:星期.|周.)?\s*{_CLOCK}|{_DATE})")
ONLY_DATE_TIME = re.compile(rf"[\[(【]?\s*{_DATE}\s*(?:星期.|周.)?\s*{_CLOCK}\s*[\])】]?")
_SIGNED = re.compile(
    rf"[(]?{_DATE}[)]?"
    rf"|[(]?[〇○零一二三四五六七八九十]{{4}}年[一二三四五六七八九十]{{1,3}}月[一二三四五六七八九十]{{1,3}}日[)]?"
)
_BEFORE_ROLE = (
    r"(?:(?:本文|本网|本报|本刊|本站|稿件|文章|信息|新闻|版权声明)\s?"
    r"|[^\s:/|,。]{1,10}?(?=记者|通讯员|编辑|摄影|作者))?"
)
_CREDITS = re.compile(rf"[\[(【<\s|丨*■●]*(?:{_BEFORE_ROLE}{_ANY_ROLE}{_SEPARATOR}{_VALUE}[\s,、|)】\]]*)+[\s|)】\]>]*")
_STRONG_CREDIT = re.compile(
    rf"(?:[【\[]?\s?纠错\s?[】\]]?)?[\[(【\s|]*(?:{EDITORS}|{SOURCES}"
    rf"|{TITLES}){_SEPARATOR}{_VALUE}[\s|)】\]]*"
)
_LAST_EDITOR = spaced("责任编辑 本文责编 责编 网络编辑 值班编辑 责任校对 编辑")
_EDITOR_LINE = re.compile(rf"(?:[【\[]?\s?纠错\s?[】\]]?)?[\[(【\s|*]*(?:{_LAST_EDITOR}){_SEPARATOR}[^。!?]{{1,40}}")
_ANY_EDITOR = re.compile(r"(?:责任编辑|责编|责任校对)\s?[:/|]")
_ORIGINAL_TITLE = re.compile(rf"[\[(【]?\s?(?:{TITLES})\s?:[^。]+")
_BYLINE = re.compile(
    r"[\[(【\s]*(?:(?:文|图|执笔|撰文|作者)\s?/|[^。,!?:]{0,14}?(?:记者|通讯员|作者|实习生|撰稿人|特约撰稿|供稿"
    r"|摄影))"
    r"[\s:/]*[^。!?:;,]{0,40}[\])】\s]*"
)
_NAMES = re.compile(
    r"\s*[\u4e00-\u9fff·]{2,4}(?:[\s、,&/和]{1,2}[\u4e00-\u9fff·]{2,4}){0,5}(?:\s*摄|\s+(?:文|图|文/图|图文|综合报道|报道))"
)
_DATELINE = re.compile(
    rf"(?:[^,:]{{0,16}}?|.{{0,24}}?(?<![\u4e00-\u9fff])(?:{TIMES})\s?:?\s*)"
    rf"(?:{_DATE}|(?<!\d)\d{{1,2}}[-/月]\d{{1,2}}日?\s?{_CLOCK})[^,]{{0,60}}"
)
_NAMED = re.compile(
    rf"\s*(?:[^。,!?:;()]{{0,12}}?(?:记者|通讯员|特约撰稿人?|作者)(?:\s?[:/]\s?|\s+){PEOPLE}"
    rf"|[(\[【][^。,!?:;()]{{0,12}}?(?:记者|通讯员|特约撰稿人?|作者|编辑)\s?[:/]?\s?{PEOPLE}[)\]】])\s*"
)
_CREDITED = re.compile(
    rf"\s*(?:(?:{EDITORS}|{WRITERS})(?:\s+|\s?[丨|]\s?)(?:{_PERSON})(?:[、,]{_PERSON})*[\s|;,]*){{1,5}}"
)  # `编辑 张三 校对 李四`
_NOTED = re.compile(
    r"\s*[(\[【]\s?(?:原题为?|原标题为?|本文(?:来自|原载|转自|刊于)|题图|注:本文)[^\[\]【】]{0,80}[)\]】]\s*"
)
_NOTE = re.compile(
    r"(?<=[。!?”\"])\s*(?:(?:[(\[【](?:[^()\[\]【】]{0,12}?(?:编辑|责编|校对|记者|通讯员|来源|作者|摄影|供稿"
    r"|原题为?|原标题为?"
    r"|完|本文来自|转自|摘自|实习生|综合|(?:文|图|文/图|图/文|图文)(?=[\s/:]))[^()\[\]【】]{0,60})[)\]】]"
    r"|[\[【]?(?:返回|回到|查看|进入|点击|阅读)[^。!?]{0,14}?(?:首页|列表|频道|专题|全文|原文|详情|更多)?\s?"
    r"(?:>>|[>»\]】]|查看更多))\s*){1,3}$"
)
_LONGEST_CREDIT = 120
_BRACKETED = re.compile(
    rf"[(\[【〔]\s?(?:本文|文章|稿件)?\s?{_ANY_ROLE}(?:\s?[:/|丨]\s*|\s+)[^。!?()\[\]【】〔〕]{{1,60}}[)\]】〕][\s\d]{{0,10}}"
)


def trailing_note(key: str) -> int:
    """How many characters at the end of a folded line are credits in brackets behind its last sentence."""
    found = _NOTE.search(key, max(0, len(key) - 200))
    return len(key) - found.start() if found else 0


def is_named(key: str) -> bool:
    """True for a line that is a writer's role and a name, which no story holds as a line of its own."""
    if len(key) <= 40 and any(form.fullmatch(key) for form in (_NAMED, _CREDITED, _NOTED)):
        return True
    return len(key) <= 70 and bool(_BRACKETED.fullmatch(key))


def is_credit(key: str) -> bool:
    """True when a folded line is nothing but roles with their values (`来源:… 作者:…`, `文/…`)."""
    return len(key) <= _LONGEST_CREDIT and bool(_CREDITS.fullmatch(key.strip()))


def is_strong_credit(key: str) -> bool:
    """True for an editor's, source's or original title's line, which no story holds as a line of its own."""
    bare = key.strip()
    if len(bare) <= 60 and (_STRONG_CREDIT.fullmatch(bare) or (_ANY_EDITOR.search(bare) and is_credit(bare))):
        return True
    return len(bare) <= _LONGEST_CREDIT and bool(_ORIGINAL_TITLE.fullmatch(bare))


def is_editor_line(key: str) -> bool:
    """True for the responsible editor's line, with which a story ends."""
    bare = key.strip()
    return len(bare) <= 60 and bool(_EDITOR_LINE.fullmatch(bare) or (_ANY_EDITOR.search(bare) and is_credit(bare)))


def is_byline(key: str) -> bool:
    """True when a folded line names those who wrote or photographed, and says nothing else."""
    bare = key.strip()
    return (
        len(bare) <= 50 and not bare.endswith(("说", ":")) and bool(_BYLINE.fullmatch(bare) or _NAMES.fullmatch(bare))
    )


def is_signed_date(key: str) -> bool:
    """True for a day alone on a line, with which notices are signed."""
    return bool(_SIGNED.fullmatch(key.strip()))


def is_outlet(key: str) -> bool:
    """True for the name of a newspaper, station or site, alone or behind its writer's."""
    return len(key) <= 30 and bool(OUTLET.fullmatch(key) or SLASHED.fullmatch(key))


def is_dateline(key: str) -> bool:
    """True when a folded line is short and carries a date, as below a headline."""
    return len(key) <= 100 and not re.search("[。!?;]", key) and bool(_DATELINE.fullmatch(key.strip()))
