"""What a line does on a page besides telling the story: breadcrumb, share bar, copyright, related list.

Words that pages in Chinese use everywhere, as patterns over the folded line (simplified, half-width, lower case). They
are evidence beside position, links and sentence shape, never enough to remove a paragraph from the middle of a story.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Reason(StrEnum):
    """Why a line is not main text; the fixed list."""

    NAVIGATION = "navigation"
    LINK_LIST = "link list"
    RELATED = "related"
    SHARE = "share"
    COPYRIGHT = "copyright"
    CREDIT = "credit"
    CAPTION = "caption"
    DUPLICATE = "duplicate"
    COMMENT = "comment"
    ADVERT = "advert"
    BREADCRUMB = "breadcrumb"
    EMPTY = "empty"


_BREADCRUMB = re.compile(
    r".{0,8}?(?:(?:当前|所在|现在)的?位置|位置\s?[:>]|您(?:现在)?在|你现在的位置).{0,80}"
    r"|(?:网站)?(?:首页|主页|home)\s*(?:[>»›→/|·-]|&gt;)+.{0,80}"
    r"|[^。!?]{1,20}(?:\s*(?:>+|»|›)\s*[^。!?>»›]{1,30}){1,6}\s*>?"
)
_NAVIGATION = re.compile(
    r"(?:.{0,4}(?:上|下|前|后|第)[一1]?(?:篇|页|条|张)[::]?.{0,60}|阅读下一篇.{0,60}|余下全文|返回.{0,8}"
    r"|回到?顶部|网站地图|设为首页.{0,10}"
    r"|加入收藏.{0,10}|联系我们|关于我们|登录.{0,12}|注册.{0,6}|搜索|更多|查看更多.{0,8}|(?:点击)?加载更多.{0,6}"
    r"|展开(?:全文|全部|更多)?"
    r"|收起|.{0,10}首页|手机版|客户端.{0,6}|rss|繁体中?文?|english|无障碍.{0,6}|阅读全文|全文|目录|列表"
    r"|(?:\d{1,3}\s+)+下一页.*)"
)
_SHARE = re.compile(
    r".{0,6}(?:分享(?:到|至|给|本文|按钮)?|转发(?:到|至)?|微信扫一?扫|扫一扫|扫码|扫描二维码|长按.{0,6}二维码"
    r"|用手机(?:看|打开))[^。]{0,40}"
    r"|[【\[(\s]*(?:打印(?:本[页文])?|关闭(?:本?[窗页]口?面?)?|字体|字号|大中小|大 中 小|收藏(?:本[页文])?|纠错"
    r"|推荐给朋友)[】\])\s].{0,40}"
    r"|(?:点赞|收藏|举报|打印|纠错|朗读|赞|踩|顶|喜欢|打赏|赞赏|在看|复制链接|新浪微博|微博|微信|朋友圈|qq空间?"
    r"|腾讯微博|人人网|豆瓣|"
    r"facebook|twitter|line|a[+-]?|[\s|\d:,()+/丨·])+"  # no number as a whole: what is read in two ways takes for ever
)
_WORDS = re.compile(r"[^\W\d_]")
_COPYRIGHT = re.compile(
    r"版权(?:所有|声明|归|属|与免责)|copyright|©|all rights reserved|icp[备证]|公网安备|备案号|免责(?:声明|条款)|"
    r"(?:未经|非经).{0,16}(?:授权|许可|允许|同意|协议).{0,24}(?:不得|禁止|严禁|转载|谢绝)|转载(?:请|须|时|需)|"
    r"(?:不|并不|亦不|不能?)(?:代表|构成)(?:本[网站报刊台]|.{0,8}(?:观点|立场|建议))|仅代表(?:作者|.{0,4}个人)|"
    r"(?:如有|如涉及?|若有|若涉及|涉及).{0,12}侵权|侵权.{0,6}(?:联系|删除|必究)|风险自[担负]"
    r"|许可证(?:编?号)?\s?[::]?\s?\d|"
    r"(?:请|可).{0,6}(?:联系|告知).{0,10}(?:删除|处理|我们)|(?:图片|文章|素材|内容)(?:均)?(?:来自"
    r"|来源于?)(?:于)?(?:网络|互联网)|"
    r"违法(?:和|及|与)?不良信息|举报(?:电话|邮箱)|(?:法律顾问|主办单位|承办单位|技术支持|网站标识码|邮编"
    r"|邮政编码)\s?[::]|"
    r"本[文稿](?:来自|系|为).{0,60}(?:原创|授权|独家)|更多.{0,8}(?:资讯|新闻|内容).{0,6}(?:请?下载|请?关注|尽在)"
    r"|[^。]{0,20}尽在.{2,12}(?:app|客户端)"
)
_DISCLAIMER = re.compile(
    r"[\s【\[(*]*(?:.{0,10}(?:免责|版权|特别|重要|郑重|法律|平台|网站|本网|本站|\S{1,6}网)声明|声明|版权说明|风险提示"
    r"|本文版权)[\]】)]*\s?(?:[::|].*|$)"
)
_RELATED_HEAD = re.compile(
    r"[\s【\[(>·•|]*(?:(?:相关|推荐|延伸|更多|热门|热点|最新|精彩|猜你|为你|编辑|小编|为您|今日|本周|本月|24小时|往期"
    r"|其他|其它|同类|扩展|"
    r"精选|阅读|您可能|你可能|大家|点击|作者|本站|本网|频道|图片|视频|站内|栏目|焦点){1,2}(?:最近|最新|您?还?在|还|也"
    r"|都|的)?"
    r"(?:阅读|新闻|文章|报道|推荐|链接|内容|资讯|专题|喜欢|感兴趣|关注|看|排行榜?|排名|回顾|精选|信息|视频|搜索"
    r"|热点|热榜|头条|图文|动态|"
    r"要闻|话题|下载|标签|稿件|作品|帖子|问答|知识){1,2}(?:的?(?:文章|新闻|内容|推荐|排行|还有))?|推荐|热榜"
    r"|排行榜|点击排行|猜你喜欢|"
    r"新闻排行榜?|热词|快讯|滚动(?:新闻|资讯|播报)?|图集|精彩图集|要闻|最新闻|延伸阅读"
    r"|同场加映|看更多|友情链接|往期精彩|related.{0,12}|read more"
    r"|you may also.*)"
    r"\s?[\]】)::>|]*(?:\s?(?:更多|more|hot|查看(?:全部|更多)|换一[换批]|>+).{0,4})?"
)
_RELATED_LINK = re.compile(
    r"[\s【\[(>·•▲△■※◎●]*(?:相关(?:阅读|新闻|报道|链接|文章)|推荐阅读|延伸阅读|更多阅读|点击(?:查看|阅读|进入)[^。]{0,12}?"
    r"|往期回顾)\s?[\]】)]*[::>].*"
)
_COMMENT_HEAD = re.compile(
    r"[\s【\[(|]*(?:(?:网友|全部|最新|热门|精彩|精选|读者|文章|用户|发表|查看|我要?|参与|共有?"
    r"|已有)?\s?\d*\s?[条个]?(?:评论|留言|跟帖|跟贴|回帖|"
    r"回复|讨论)(?:区|列表|\s?与.{0,4})?|我来说两句|我要评论|说点什么|发表(?:评论|看法|观点|您的评论)|comments?"
    r"|留言板|文明上网.{0,30}|"
    r"网友评论仅供.{0,40})\s?[\])】::]*(?:[(\s]*(?:共有?|已有)?\s*\d+\s*(?:人|条|个)?(?:评论|参与|跟贴"
    r"|跟帖)?[)\s,条]*){0,2}.{0,6}"
)
_COMMENT_TOOLS = re.compile(
    r"(?:(?:查看)?回复|举报|点赞|赞同?|支持|反对|踩|顶|引用|分享|收藏|删除|来自.{0,10}|沙发|板凳|\d+楼|楼主|"
    r"(?:刚刚|昨天|前天|今天|\d+\s?(?:秒|分钟|小时|天|周|个?月|年)前)(?:\s?\d{1,2}:\d{2})?|[\s|·()+\d\[\]])+"
)
_AD_LABEL = re.compile(r"[\s【\[(—※*-]*(?:广告|推广|赞助(?:内容)?|advertisement|sponsored|ad)[\s】\])—※*-]*")
_ADVERT = re.compile(
    r".{0,20}(?:推荐(?:进入|使用|下载)|(?:敬?请|欢迎|记得|快来|点击.{0,6}|长按.{0,8}|搜索)(?:持续|继续)?(?:关注|订阅|下载|添加)|(?:关注"
    r"|订阅|添加)(?:我们|.{0,12}(?:公众号|微信|"
    r"微博|头条号))|下载.{0,14}(?:客户端|app)|加(?:入|微信).{0,8}群|立即(?:购买|报名|咨询|下载)|(?:感谢"
    r"|谢谢)(?:您|你)的?(?:反馈|阅读|支持)).{0,40}"
)
_ATTACHMENT = re.compile(r"附件.*|.*\.(?:docx?|xlsx?|pdf|zip|rar|wps|pptx?|ofd)\b.*")


def is_attachment(key: str) -> bool:
    """True when a folded line names a file that belongs to a notice."""
    return bool(_ATTACHMENT.fullmatch(key.strip()))


def has_copyright(key: str) -> bool:
    """True when a folded line speaks of the rights in the page or of who answers for it."""
    return bool(_COPYRIGHT.search(key))


def is_disclaimer_head(key: str) -> bool:
    """True when a folded line opens a legal notice."""
    return bool(_DISCLAIMER.fullmatch(key)) and len(key) <= 400


def is_related_head(key: str) -> bool:
    """True when a folded line is the heading of a list of other articles."""
    return len(key) <= 24 and bool(_RELATED_HEAD.fullmatch(key.strip()))


def is_related_link(key: str) -> bool:
    """True when a folded line points to another article."""
    return len(key) <= 80 and bool(_RELATED_LINK.fullmatch(key))


def is_comment_head(key: str) -> bool:
    """True when a folded line is the heading of readers' comments or of the form for them."""
    return len(key) <= 40 and bool(_COMMENT_HEAD.fullmatch(key.strip()))


def is_comment_tools(key: str) -> bool:
    """True when a folded line is the row of buttons, or the time, below a reader's comment."""
    return len(key) <= 40 and any("\u4e00" <= c <= "\u9fff" for c in key) and bool(_COMMENT_TOOLS.fullmatch(key))


def is_breadcrumb(key: str) -> bool:
    """True when a folded line is the way from the home page to this one."""
    return len(key) <= 100 and bool(_BREADCRUMB.fullmatch(key.strip()))


def is_navigation(key: str) -> bool:
    """True when a folded line is a way to other pages."""
    return len(key) <= 70 and bool(_NAVIGATION.fullmatch(key.strip("[]【】()<>«»‹›→← |·\u00a0")))


def is_share(key: str) -> bool:
    """True when a folded line is a row of buttons that do something with the page."""
    return len(key) <= 60 and bool(_WORDS.search(key)) and bool(_SHARE.fullmatch(key.strip()))


def is_ad_label(key: str) -> bool:
    """True when a folded line says that an advertisement stands here."""
    return len(key) <= 24 and bool(_AD_LABEL.fullmatch(key))


def is_advert(key: str) -> bool:
    """True when a folded line asks the reader to follow, download or buy, or is marked as an advertisement."""
    return len(key) <= 70 and bool(_ADVERT.fullmatch(key.strip()))
