"""Lines that only a page's machinery writes: tool bars, counters, page numbers, players, marks of an end.

Each is told by being made of such words and nothing else, so it may be taken out wherever it stands. Patterns over the
folded line (simplified, half-width, lower case).
"""

from __future__ import annotations

import re

_TOOL = (
    r"(?:缩小|放大|大|中|小|调整)?(?:字号|字体)(?:大小)?(?:缩小|放大|大|中|小)?|[大中小](?=[\s|/)\]】>]|$)|a\s?[+-]"
    r"|分享(?:到|至|给|按钮|文章|本文)?|转发(?:到|至)?|打印(?:本[页文])?|收藏(?:本[页文])?|关闭(?:本?[窗页][口面]?)?"
    r"|复制链接|微信(?:好友)?|朋友圈|(?:新浪)?微博|腾讯微博|qq(?:好友|空间)?|人人网|豆瓣|推荐给朋友|点赞|举报|纠错|投诉"
    r"|朗读|听报道|语音播报|全屏|默认|评论|留言|facebook|twitter|line|linkedin|email|e-mail|print"
)
_TOOLS = re.compile(rf"(?:[\s|/:,·、()\[\]【】<>+-]|{_TOOL}|\d+(?=\D|$))+")
_TOOL_WORD = re.compile(_TOOL)
_COUNTER = re.compile(
    r"(?:[\s|/·,、()]*(?:共|已有|有|约)?[\d.,]+\s?[万亿kw千]?\+?\s?(?:人|次|条|个|位)?\s?"
    r"(?:参与|阅读|浏览|评论|点赞|跟[贴帖]|赞同?|播放|观看|收藏|转发|点击|回复|喜欢|讨论)(?:了?(?:该|本)文章?)?)+\s*"
)
_PAGES = re.compile(r"(?:上一页|首页)?\s*(?:\d{1,3}\s+)*\d{1,3}\s*(?:下一页|末页|尾页|余下全文).*|上一页\s.*下一页.*")
_PLACE_IN_SET = re.compile(r"\+\d{1,3}|[(\[]?[1-9]\d{0,2}\s?/\s?[1-9]\d{0,2}[)\]]?")
_PLAYER = re.compile(
    r"(?:\d{1,2}:\d{2}(?::\d{2})?\s?/?\s?){2,}.{0,16}|(?:[\d:/\s]*)(?:视频|音频|图片|内容|页面|正在|数据|努力)*"
    r"(?:加载|缓冲|载入)中?[\s.。…!]*|.{0,12}(?:您的)?浏览器(?:暂)?不支持.{0,24}|(?:点击)?(?:播放|观看)(?:视频|音频)"
)
_END_MARK = re.compile(r"[\s(\[【<—–*·_=~/\\-]*(?:(?:全文|本文|文章)?完|(?:the\s)?end|fin)[\s)\]】>—–*·_=~/\\-]*")
_CONTINUE = re.compile(
    r"[\s(\[【—–*-]*(?:广告)?[\s,、/-]*请?(?:继续|往下|向下|滑动)+(?:往下|向下|滑动|阅读|看|滑)+.{0,6}"
)
_LABELS = re.compile(r"(?:文章|本文|相关)?(?:标签|关键词|关键字|tags?|keywords?)(?:[\s::].*)?")
_FOOTER = re.compile(
    r"版权所有|copyright|©|all rights reserved|icp[备证]|公网安备|网站标识码"
    r"|技术支持\s?[::]|(?:主办|承办)(?:单位)?\s?[::]"
)
_DATED_HEADLINE = re.compile(
    r"[^。]{6,60}?[\s\[(]*(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s\d{1,2}:\d{2}(?::\d{2})?)?[)\]]?"
)
_LONGEST = 100


def is_machinery(key: str) -> bool:
    """True for a tool bar, counts of readers, page numbers, a player's words, or a mark that a text ends or goes on."""
    bare = key.strip()
    if not bare or len(bare) > _LONGEST:
        return False
    if _TOOLS.fullmatch(bare) and _TOOL_WORD.search(bare):
        return True
    forms = (_COUNTER, _PAGES, _PLACE_IN_SET, _PLAYER, _END_MARK, _CONTINUE)
    return any(form.fullmatch(bare) for form in forms)


def is_label_line(key: str) -> bool:
    """True for the words by which a page is filed, as they stand below a story."""
    return len(key) <= _LONGEST and not re.search("[。!?]", key) and bool(_LABELS.fullmatch(key))


def is_footer(key: str) -> bool:
    """True for a line that says who runs the site, with which the page's foot begins."""
    return len(key) <= 200 and bool(_FOOTER.search(key))


def is_dated_headline(key: str) -> bool:
    """True for a line that could be an entry in a list of other articles: a headline and the day it came out."""
    return bool(_DATED_HEADLINE.fullmatch(key))
