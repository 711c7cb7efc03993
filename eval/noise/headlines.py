"""Headlines and teasers of stories that do not exist, to stand around a story as they do on the pages of the web."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

_PLACES = "临川 平湖 云岭 清河 石桥 东港 北塘 南泉 白沙 青浦 松原 柳河 长丰 广田 万山 永和 金坪 梅岭 双溪 望江".split()
_BODIES = "市图书馆 县医院 市博物馆 镇文化站 市气象局 县林业局 消防救援站 市公交集团 农技推广站 市供水公司".split()
_THINGS = "老城区菜市场 江滨步道 乡村集市 社区食堂 夜间图书室 银杏古树 城市书房 湿地公园 旧厂房 山地自行车道".split()
_DEEDS = "焕然一新 周末开放 引来大批游客 完成改造 通过验收 迎来首批客人 换了新模样 本月试运行".split()
_EVENTS = "龙舟赛 摄影展 采摘节 马拉松 非遗市集 灯会 读书月 汉服巡游 美食节 合唱比赛".split()
_CALLS = "市民争相打卡 现场人气旺 报名通道开启 奖品等你来拿 精彩抢先看 这份攻略请收好 组织者这样说".split()
_ASKED = "冬天车窗结冰怎么办 空调滤网多久洗一次 旧衣服该往哪里送 老人手机怎么设置 出门忘带钥匙怎么办".split()
_TOLD = "专家支招 师傅说了实话 看完就明白 三步搞定 多数人做错了".split()
_TRADE = "云杉咖啡 远帆自行车 青禾酸奶 北岸家居 大麦文具 七点面包".split()
_SOLD = "新店开业 推出冬季新品 与足球俱乐部签约 获设计奖 发布年度报告 会员日来袭".split()


def headline(chance: random.Random) -> str:
    """One headline."""
    place = chance.choice(_PLACES)
    forms = (
        lambda: f"{place}{chance.choice(_THINGS)}{chance.choice(_DEEDS)}",
        lambda: f"{place}{chance.choice(_BODIES)}办起{chance.choice(_EVENTS)} {chance.choice(_CALLS)}",
        lambda: f"{chance.choice(_ASKED)}？{chance.choice(_TOLD)}",
        lambda: f"{place}{chance.choice(_EVENTS)}落幕 {chance.randrange(2, 90)}支队伍参加",
        lambda: f"{chance.choice(_TRADE)}{chance.choice(_SOLD)}",
        lambda: f"“{chance.choice(_THINGS)}”这样变身：{place}走出新路子",
    )
    return chance.choice(forms)()


def headlines(chance: random.Random, count: int) -> list[str]:
    """So many different headlines."""
    found: dict[str, None] = {}
    while len(found) < count:
        found.setdefault(headline(chance))
    return list(found)


def teaser(chance: random.Random) -> str:
    """The first sentence of some other story, cut as lists of recommendations show it."""
    place, event = chance.choice(_PLACES), chance.choice(_EVENTS)
    forms = (
        f"{place}的{event}在周末举行，来自周边的{chance.randrange(3, 60)}支队伍冒着小雨走完全程，沿途有人送上热水。",
        f"清晨的{place}{chance.choice(_THINGS)}里，摊主们支起棚子，{chance.choice(_BODIES)}的志愿者正在分发手册。",
        f"{chance.choice(_BODIES)}提醒，近期气温起伏较大，{place}居民出行请留意路面结冰。",
    )
    return chance.choice(forms)


def stamp(chance: random.Random) -> str:
    """A time as lists of recommendations print it."""
    moment = datetime(2024, 1, 1) + timedelta(seconds=chance.randrange(370 * 86400))  # noqa: DTZ001 - only printed
    return moment.strftime("%Y-%m-%d %H:%M:%S")
