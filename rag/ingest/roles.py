"""What a line does on a page besides telling the story: breadcrumb, credit, share bar, copyright, related list.

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


def spaced(words: str) -> str:
    """An alternation of words whose characters may stand apart, as in `责 编`."""
    longest_first = sorted(words.split(), key=len, reverse=True)
    return "|".join(r"\s?".join(map(re.escape, word)) for word in longest_first)


# Who made it and when: a role, a divider, a value.
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

_PERSON = r"(?!记者|通讯员|作者|编辑|校对|审核|摄影|实习生|来源|发布|发于|发自|报道)[\u4e00-\u9fff·]{2,4}"
PEOPLE = rf"{_PERSON}(?:[\s、,&和]+{_PERSON})*"
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
_BYLINE = re.compile(
    r"[\[(【\s]*(?:(?:文|图|执笔|撰文|作者)\s?/|[^。,!?:]{0,14}?(?:记者|通讯员|作者|实习生|撰稿人|特约撰稿|供稿"
    r"|摄影))"
    r"[\s:/]*[^。!?:;,]{0,40}[\])】\s]*"
)
_NAMES = re.compile(
    r"\s*[\u4e00-\u9fff·]{2,4}(?:[\s、,&/和]+[\u4e00-\u9fff·]{2,4})*(?:\s*摄|\s+(?:文|图|文/图|图文|综合报道|报道))"
)
_DATELINE = re.compile(
    rf"(?:[^,:]{{0,16}}?|.{{0,24}}?(?<![\u4e00-\u9fff])(?:{TIMES})\s?:?\s*)"
    rf"(?:{_DATE}|(?<!\d)\d{{1,2}}[-/月]\d{{1,2}}日?\s?{_CLOCK})[^,]{{0,60}}"
)
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
    r"facebook|twitter|line|a[+-]?|\+?\d+|[\s|\d:,()+/丨·])+"
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
    r"精选|阅读|您可能|你可能|大家|点击|作者|本站|本网|频道|图片|视频|站内|栏目|焦点)(?:最近|最新|您?还?在|还|也"
    r"|都|的)?"
    r"(?:阅读|新闻|文章|报道|推荐|链接|内容|资讯|专题|喜欢|感兴趣|关注|看|排行榜?|排名|回顾|精选|信息|视频|搜索"
    r"|热点|热榜|头条|图文|动态|"
    r"要闻|话题|下载|标签|稿件|作品|帖子|问答|知识){1,2}(?:的?(?:文章|新闻|内容|推荐|排行|还有))?|推荐|热榜"
    r"|排行榜|点击排行|猜你喜欢|"
    r"新闻排行榜?|热词|快讯|滚动(?:新闻|资讯|播报)?|图集|精彩图集|要闻|最新闻|延伸阅读|related.{0,12}|read more"
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
    r".{0,20}(?:(?:敬?请|欢迎|记得|快来|点击.{0,6}|长按.{0,8}|搜索)(?:持续|继续)?(?:关注|订阅|下载|添加)|(?:关注"
    r"|订阅|添加)(?:我们|.{0,12}(?:公众号|微信|"
    r"微博|头条号))|下载.{0,14}(?:客户端|app)|加(?:入|微信).{0,8}群|立即(?:购买|报名|咨询|下载)|(?:感谢"
    r"|谢谢)(?:您|你)的?(?:反馈|阅读|支持)).{0,40}"
)
_PHOTO = re.compile(
    r"[(\[]?(?:图\s?(?:为|[::]|片?(?:来源|说明|/))|(?:资料|效果|示意|配)图|上图|下图|左图|右图|▲|△|↑"
    r"|图[一二三四五\d]).{0,70}"
    r"|.{0,70}(?:\S{2,10}\s?(?:摄|供图)|(?:资料|示意|效果)图片?|视觉中国.{0,8}|图源.{0,16}"
    r"|(?:本文)?图片?(?:均)?(?:来源|来自|由|除).{0,30}"
    r"|(?:记者|通讯员)\s?\S{2,8}\s图|\s图)[。)\]]?"
)
_PHOTO_BYLINE = re.compile(
    r"[^。!?;]{2,56}(?:。|[\s(/:])[\s(/:]*[^\s。,!?;()]{0,8}?[\s(/:]*[\u4e00-\u9fff·]{2,4}\s?(?:摄|供图)[)\]】。]?"
)
_PHOTO_NOTE = re.compile(
    r"[(\[【]?(?:(?:点击|单击|双击).{0,8}(?:大图|原图|图片|放大).{0,6}|(?:本文|文中)?(?:所有)?图片?(?:均"
    r"|全部)?(?:来源于?|来自于?|取自)[::]?.{0,20})[)\]】。]*"
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
_ATTACHMENT = re.compile(r"附件.*|.*\.(?:docx?|xlsx?|pdf|zip|rar|wps|pptx?|ofd)\b.*")
_NOTE = re.compile(
    r"(?<=[。!?”\"])\s*(?:(?:[(\[【](?:[^()\[\]【】]{0,12}?(?:编辑|责编|校对|记者|通讯员|来源|作者|摄影|供稿"
    r"|原题为?|原标题为?"
    r"|完|本文来自|转自|摘自|实习生|综合|(?:文|图|文/图|图/文|图文)(?=[\s/:]))[^()\[\]【】]{0,60})[)\]】]"
    r"|[\[【]?(?:返回|回到|查看|进入|点击|阅读)[^。!?]{0,14}?(?:首页|列表|频道|专题|全文|原文|详情|更多)?\s?"
    r"(?:>>|[>»\]】]|查看更多))\s*)+$"
)
_LONGEST_CREDIT = 120


def trailing_note(key: str) -> int:
    """How many characters at the end of a folded line are credits in brackets behind its last sentence."""
    found = _NOTE.search(key, max(0, len(key) - 200))
    return len(key) - found.start() if found else 0


def is_named(key: str) -> bool:
    """True for a line that is a writer's role and a name, which no story holds as a line of its own."""
    return len(key) <= 40 and any(form.fullmatch(key) for form in (_NAMED, _CREDITED, _NOTED))


def is_photo_credit(key: str) -> bool:
    """True when a folded line is worded as a caption (`图为…`, `张三 摄`, `资料图`)."""
    return len(key) <= 100 and bool(_PHOTO.fullmatch(key.strip()))


def is_photo_byline(key: str) -> bool:
    """True for a phrase that ends in a photographer's name, which is a caption wherever it stands."""
    return len(key) <= 70 and bool(_PHOTO_BYLINE.fullmatch(key.strip()))


def is_photo_note(key: str) -> bool:
    """True for a line that only tells how to look at a picture, or where all pictures are from."""
    return len(key) <= 40 and bool(_PHOTO_NOTE.fullmatch(key.strip()))


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


def is_credit(key: str) -> bool:
    """True when a folded line is nothing but roles with their values (`来源:… 作者:…`, `文/…`)."""
    return len(key) <= _LONGEST_CREDIT and bool(_CREDITS.fullmatch(key.strip()))


def is_strong_credit(key: str) -> bool:
    """True for an editor's, source's or original title's line, which no story holds as a line of its own."""
    return len(key) <= 60 and bool(_STRONG_CREDIT.fullmatch(key.strip()))


def is_editor_line(key: str) -> bool:
    """True for the responsible editor's line, with which a story ends."""
    return len(key) <= 60 and bool(_EDITOR_LINE.fullmatch(key.strip()))


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
