"""A story among what the web puts around stories: as a page with markup, and as a dump of such a page's text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from html import escape

from eval.noise.headlines import headline, headlines, stamp, teaser
from eval.noise.pages import dateline_of, html_page
from eval.noise.story import Story

TICKER, RELATED, RANKED, TEASERS = 30, 10, 10, 6  # headlines and teasers on a page
_MENU = "首页 要闻 本地 社会 财经 教育 健康 体育 文娱 视频 图片 专题 论坛".split()
_SHARES = "微信 微博 QQ空间 复制链接 收藏 打印".split()
_ADVERTS = ("广告", "点击领取新人礼包", "下载客户端，看更多本地新闻", "扫码关注，有问必答")
_COMMENTS = ("沙发！", "支持一下", "写得真好，转给家里人看看", "我们这边什么时候也有？", "已转发")
_EDITORS = "林一凡 周晓禾 何知远 谢明朗".split()


def crowded_page(story: Story, seed: int) -> str:
    """Markup with navigation, ticker, share bar, advertisements between paragraphs, lists, comments and a footer."""
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    ticker = " ".join(_link(text) for text in headlines(chance, TICKER))
    crumbs = f"您的位置：{_link('首页')} &gt; {_link(chance.choice(_MENU))} &gt; 正文"
    share = f"分享到：{' '.join(map(_link, _SHARES))}"
    above = (
        f'<div class="top">欢迎光临！{_link("登录")} | {_link("注册")} | {_link("设为首页")}</div>\n'
        f'<div class="nav">{"".join(map(_link, _MENU))}</div>\n<div class="ticker"><b>实时</b> {ticker}</div>\n'
        f'<div class="crumbs">{crumbs}</div>\n<div class="share">{share}</div>\n'
    )
    inside = [_box("ad", chance.choice(_ADVERTS)), _box("more", "相关阅读：" + _link(headline(chance)))]
    below = (
        f'<p class="editor">责任编辑：{chance.choice(_EDITORS)}</p>\n<div class="share">{share}</div>\n'
        f"<div>上一篇：{_link(headline(chance))}</div>\n<div>下一篇：{_link(headline(chance))}</div>\n"
        f"{_list('推荐阅读', [_link(text) for text in headlines(chance, RELATED)])}"
        f"{_list('猜你喜欢', [f'{_link(headline(chance))}<p>{teaser(chance)}</p>' for _ in range(TEASERS)])}"
        f"{_list('热门排行', [_link(text) for text in headlines(chance, RANKED)])}"
        f"{_list('网友评论', chance.sample(_COMMENTS, 3))}"
        f'<div class="footer">{" | ".join(map(_link, ("关于我们", "联系我们", "广告服务", "法律声明")))}<br>'
        "互联网新闻信息服务许可证 备案号待定 版权所有，未经授权不得转载</div>\n"
    )
    return html_page(story, above=above, inside=inside, below=below)


def crowded_dump(story: Story, seed: int) -> str:
    """A text dump of such a page: ticker twice or list of headlines below, captions that repeat the title, teasers."""
    chance = random.Random(seed)  # noqa: S311 - as above
    body = _captioned(story, chance)
    info = [line for line in (dateline_of(story),) if line]
    if chance.random() < 0.5:
        listed = [f"- • {text}" for text in headlines(chance, 2 * TICKER)]
        lines = [story.title, *info, *body, f"责任编辑：{chance.choice(_EDITORS)}", *listed]
        return "\n".join(lines) + "\n"
    ticker = " ".join(headlines(chance, TICKER))
    teasers = [line for _ in range(TEASERS) for line in (teaser(chance), "", stamp(chance), "")]
    indented = [f"　　{line}\n" for line in body]
    lines = ["实时", ticker, ticker, "", "您的位置：首页 > 滚动资讯", "", story.title, *info, "", *indented]
    return "\n".join([*lines, f"责任编辑：{chance.choice(_EDITORS)}", "", "推荐阅读", *teasers]) + "\n"


def _captioned(story: Story, chance: random.Random) -> list[str]:
    """The lines of the story with the title between two paragraphs, as the words below a picture."""
    lines = [paragraph.text for paragraph in story.paragraphs]
    if len(lines) > 2:
        lines.insert(chance.randrange(1, len(lines)), story.title)
    return lines


def _link(text: str) -> str:
    return f'<a href="/n/{_number(text)}.html">{escape(text)}</a>'


def _number(text: str) -> int:
    """A small number that is the same for the same text on every run."""
    return sum(at * ord(char) for at, char in enumerate(text, start=1)) % 1_000_000


def _box(name: str, markup: str) -> str:
    return f'<div class="{name}">{markup}</div>'


def _list(title: str, items: Sequence[str]) -> str:
    return f'<div class="list"><h3>{title}</h3><ul>{"".join(f"<li>{item}</li>" for item in items)}</ul></div>\n'
