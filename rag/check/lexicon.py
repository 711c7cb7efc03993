"""Closed classes of Chinese words that decide what a sentence says: negation, plan, opposites, words of no weight."""

from __future__ import annotations

from functools import cache

NEGATIONS = frozenset(
    """
    不 没 没有 未 无 并非 尚未 不得 禁止 并未 从未 不再 不会 不能 不是 无法 不可 未能 非 不予 并不 毫无 绝不 决不
    无需 不必 不准 不许 严禁 未曾 不要 不用 不应 不宜 不愿 不想 不敢 不肯 不曾 还没 还没有 仍未 暂未 暂无 没能
    均未 均无 并无 并没有 从不 无人 无一 不可以 不能够 从来不 未必 未予 不含     不需 无须 不可能 不涉
    """.split()
)
MODALS = frozenset(
    """
    预计 计划 拟 将 有望 可能 或 或将 或许 力争 争取 打算 即将 将要 将会 会 拟于 预期 估计 料 料将 预估 准备 考虑
    希望 建议 提议
    """.split()
)
_STRONG_MODALS = MODALS - {"将", "会", "准备", "希望"}

_TREND_UP = """
    增长 增加 上升 上涨 提高 提升 上调 扩大 升高 攀升 走高 回升 增 涨 升 反弹 加快 加大 增强 增多 上扬 高涨 涨幅
    增幅 增 大涨 大增 飙升 暴涨 激增 增速 收涨 微涨 新增 同增 涨价 调高 升至 增至 涨至
    """
_TREND_DOWN = """
    下降 减少 下跌 降低 下调 缩小 回落 走低 下滑 跌 降 缩减 放缓 减弱 减小 下挫 收窄 降幅 跌幅 萎缩 大跌 大减 大降
    骤降 暴跌 锐减 降速 收跌 微跌 同降 降价 调低 降至 减至 跌至 减
    """
_OPPOSITES = """
    盈利/亏损 盈利/亏 高于/低于 多于/少于 超过/低于 超过/不足 优于/劣于 早于/晚于 大于/小于 支持/反对 赞成/反对
    同意/拒绝 同意/反对 接受/拒绝 通过/否决 批准/驳回 批准/否决 进口/出口 买入/卖出 收购/出售 买/卖 流入/流出
    净流入/净流出 击败/负于 战胜/负于 战胜/不敌 击败/不敌 领先/落后 开放/关闭 开通/停运 恢复/暂停 恢复/中断
    启用/停用 允许/禁止 承认/否认 证实/否认 顺差/逆差 增持/减持 加息/降息 上市/退市 合法/非法 合法/违法 有效/无效
    成功/失败 首次/再次 最高/最低 最大/最小 提前/推迟 提前/延后 加强/削弱 入境/出境 男/女 男子/女子 男性/女性
    男生/女生 男童/女童 同比/环比 上半年/下半年 东部/西部 南部/北部 上午/下午 看好/看空 看涨/看跌 利好/利空
    获胜/失利 胜利/失败 增值/贬值 升值/贬值 当选/落选 生效/失效 延长/缩短 扩张/收缩 扩招/缩招 加入/退出 聘用/解雇
    任命/免去 乐观/悲观 强/弱 多/少 快/慢 最多/最少 最快/最慢 最早/最晚 最长/最短 有利/不利 满意/不满 公办/民办
    城市/农村 城镇/农村 国内/国外 境内/境外 室内/室外 线上/线下 前者/后者 正面/负面 阳性/阴性 积极/消极 公开/秘密
    释放/拘留 无罪/有罪 原告/被告 甲方/乙方 卖方/买方 供应/需求 供大于求/供不应求 生产/消费 存款/贷款 收入/支出
    左侧/右侧 新/旧 免费/收费
    """
_SYNONYMS = """
    举行 召开 举办 开展 进行 实施 | 建设 修建 兴建 新建 | 建成 竣工 完工 落成 | 启动 开始 启用 | 位于 地处 坐落
    坐落于 坐落在 | 推出 发布 上线 | 获得 荣获 取得 获 | 包括 包含 涵盖 | 参加 出席 参与 | 成立 创立 设立 创办 |
    死亡 遇难 身亡 丧生 | 受伤 负伤 | 担任 任 出任 | 购买 选购 | 提供 给予 | 投资 投入 | 招收 招生 录取 | 因为
    由于 因 | 允许 准许 | 禁止 严禁 | 推迟 延期 延后 推后 | 完成 实现 | 公司 企业 | 学生 学子 | 老师 教师 | 医院
    院方 | 警方 民警 警察 | 市民 居民 群众 | 开业 营业 | 通车 开通 | 帮助 协助 | 男子 男 | 女子 女 | 拥有 具有
    具备 | 使用 采用 | 认为 觉得 | 达成 签署 签订
    """
_LIGHT_WORDS = frozenset(
    """
    达到 达 为 是 共 共有 有 约 约为 计 合计 高达 多达 总计 累计 获悉 了解 显示 报道 据悉 据介绍 据了解 目前 当前
    现在 现 如今 近日 日前 此外 另外 同时 其中 总共 全部 均 都 也 还 已 已经 正 正在 分别 该市 该省 该县 该区 该校
    该公司 该院 该局 该国 该地 全市 全省 全县 全区 全镇 全校 本市 本省 本校 当地 我市 我省 我县 我区 我校 记者
    本报 本报讯 本网 消息 数据 情况 方面 数量 总数 人数 原因 结果 时间 地点 内容 目的 信息 名称 金额 数额 数字
    部分 问题 相关 有关 进行 使得 成为 作为 属于 可以 能够 能 需要 需 应该 应 主要 具体 一共 其 之 从而 进而 因此
    所以 由于 因为 并且 而且 以及 还有 这个 这些 那些 它们 他们 她们 我们 自己 各 多个 多种 人 元 年 月 日 时 点
    个 中 上 下 内 外 前 后 里 左右 以上 以下 超过 不足 超 近 将近 接近 不到 逾 截至 截止 期间 之后 之前 以来 以后
    以前 目前为止 迄今 至今 一些 一定 进一步 不断 持续 继续 非常 十分 特别 比较 更加 文章 资料 材料 提供 先后 陆续
    相继 逐步 共同 依法 全面 正式 成功 再 又 则 却 仍 仍然 依然 依旧 只 仅 仅仅 才 就 便 更 最 很 较 曾 曾经 一度
    其实 事实上 实际上 当时 随后 接着 然后 最终 最后 首先 其次 尤其 特别是 例如 比如 包括但不限于 大约 大概 左右
    基本 基本上 直接 充分 有效 切实 积极 大力 着力 扎实 深入 有序 多次 值得一提的是 值得注意的是 需要注意的是
    与此同时 也就是说 换句话说 总的来说 具体来看 具体来说 众所周知 值得一提 值得关注的是 现有 现 长达 来自 通过
    根据 按照 随着 对于 关于 针对 围绕 除了 除 名叫 名为 叫做 称为 简称 全称 即 也就是 就是 等等 等 位 名
    """.split()
)
_SAYING = frozenset(
    """
    表示 称 说 指出 透露 介绍 强调 认为 宣布 公布 通报 发布 坦言 直言 告诉 提到 谈到 谈及 补充 写道 解释 回应 提及
    说道 声称 宣称 表态 坚称 觉得 介绍说
    """.split()
)
_ANAPHORS = frozenset(
    """
    公司 企业 集团 学校 医院 机构 单位 部门 政府 城市 县城 组织 协会 平台 品牌 厂商 官方 男子 女子 球队 俱乐部
    双方 项目 工程 景区 大学 学院 法院 警方 银行 基金 车企 当局 对方 后者 前者 本人 总统 总理 主席 市长 局长 校长
    院长 董事长 老人 孩子 店家 商家 店铺 客机 船只 台风 手机 产品 新车 影片 该片
    """.split()
)
_RELATIONAL = frozenset(
    """
    涨幅 增幅 降幅 跌幅 占比 比例 比重 价格 售价 报价 总额 人民币 规模 市值 同比 环比 增速 总价 均价 单价 总量
    总计 合计 人次 平均 比上年 折合
    """.split()
)
_SCOPES = frozenset("全国 全省 全市 全县 全区 全球 全镇 全校".split())


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Each word with those that say the opposite of it."""
    found: dict[str, set[str]] = {}
    up, down = _TREND_UP.split(), _TREND_DOWN.split()
    pairs = [(one, other) for one in up for other in down] + [
        (one, other) for pair in _OPPOSITES.split() for one, other in [pair.split("/")]
    ]
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """Each word with those that may stand for it; the words of one trend are interchangeable."""
    groups = [group.split() for group in _SYNONYMS.split("|")] + [_TREND_UP.split(), _TREND_DOWN.split(), list(_SAYING)]
    found: dict[str, set[str]] = {}
    for group in groups:
        for word in group:
            found.setdefault(word, set()).update(group)
    return {word: frozenset(others - {word}) for word, others in found.items()}


def is_causing(word: str) -> bool:
    """A verb that only brings about what follows it: what is denied is the thing brought about."""
    return word in {"造成", "导致", "出现", "发生", "引起", "引发", "进行", "得到", "受到"}


def is_relational(word: str) -> bool:
    """A measure that is always of something else: 涨幅, 占比."""
    return word in _RELATIONAL


@cache
def trends() -> frozenset[str]:
    """Words that say that something grows or shrinks."""
    return frozenset(_TREND_UP.split()) | frozenset(_TREND_DOWN.split())


def is_light(word: str) -> bool:
    """A word that a sentence may gain or lose without saying something else."""
    return word in _LIGHT_WORDS


def is_saying(word: str) -> bool:
    """A verb that says who said something; one may stand for another."""
    return word in _SAYING


def is_anaphor(word: str) -> bool:
    """A common noun that stands for a name that was said before: 公司, 学校."""
    return word in _ANAPHORS


@cache
def telling() -> frozenset[str]:
    """Words that count whatever the tagger takes them for."""
    return frozenset({*opposites(), *synonyms()})


def is_scope(word: str) -> bool:
    """全国, 全市: says how far a statement reaches."""
    return word in _SCOPES


def is_strong_modal(word: str) -> bool:
    """A word that makes a plan or a guess of what would else be a fact."""
    return word in _STRONG_MODALS
