"""The starter articles: their bytes are what they claim to be, and their figures stand in the running text."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from rag.ingest.assemble import assemble
from rag.ingest.sources import read_sources
from rag.text.script import fold
from rag.types import Article, RawDocument

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
SOURCES = ROOT.parent / "shared" / "seeds"

LEFTOVER_PINYIN = re.compile(r"\([a-zāáǎàōóǒòēéěèīíǐìūúǔùǖǘǚǜ]{1,6}\)")
# What one dropped byte makes of the GBK full stop and opening quote: an exclamation mark and a rare character.
SHIFTED_QUOTE = re.compile(r"！[\u4e00-\u9fff]")

# file -> (encoding of its bytes, figures and names that its running text must hold)
EXPECTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "anyuan-new-places.html": ("utf-8", ("5000个学位", "2万个家庭", "先行区", "公办中小学")),
    "anyuan-five-measures.md": ("utf-8", ("5000个", "2万个", "教育督导", "创新精神")),
    "anyuan-parents-letters.txt": ("utf-8", ("5000个学位", "2万个家庭")),
    "jiaozuo-kindergartens.html": ("utf-8", ("92.8%", "52.4%", "86所", "1.4万个学位", "90所", "孟州市", "马村区")),
    "jiaozuo-school-buildings.html": ("gb18030", ("147所", "34845个", "90所", "86所", "1.4万个")),
    "jiaozuo-school-groups.txt": ("utf-8", ("83个", "163所", "21所", "山阳区")),
    "jiaozuo-timeline.html": ("utf-8", ("2020年", "50余次", "147所", "34845个", "92.8%", "52.4%")),
    "jiaozuo-high-schools.txt": ("utf-8", ("1256", "5个", "20个", "3所", "12所", "8所", "4个", "2020年", "50余次")),
    "dongbu-meeting-big5.html": ("big5", ("12月11日", "丁念友", "詹庆", "余孝其", "杨竞", "2024年到2027年")),
    "dongbu-plan-questions.html": ("gb18030", ("93%", "0.27", "43所", "2所", "8所高校", "0.65", "0.29", "4年前")),
    "dongbu-mentors.txt": ("utf-8", ("120余名", "40余家", "600余场次", "5万余名", "5亿元", "23所", "2.5万余个")),
    "dongbu-four-years.txt": ("utf-8", ("28.22%", "63.2%", "88.8%", "66.7%", "0.65", "0.29", "82%", "92.26%")),
    "three-places-compared.html": (
        "utf-8",
        ("5000个", "34845个", "92.8%", "88.8%", "52.4%", "63.2%", "0.29", "92.26%"),
    ),
    "compilers-interview.txt": ("utf-16", ("92.26%", "93%", "92.8%", "52.4%", "147所", "34845个", "5000个学位")),
    "briefs.jsonl": ("utf-8", ("5000", "34845", "28.22%", "20所", "23所", "2.5万余个", "90所", "高中班")),
    "chengzhou-marathon.html": ("utf-8", ("1.2万名", "1800名", "26处", "贺川野", "苏念禾", "望屿码头")),
    "marathon-wire.txt": ("utf-8", ("1.5万名", "2000余名", "基普罗诺", "8万元", "2小时12分09秒", "2014年")),
    "yuanchuan-rain.html": ("gb18030", ("214毫米", "3620人", "430人", "86.4米", "没有开闸泄洪", "6月23日")),
    "rain-wire.txt": ("utf-8", ("186.4毫米", "3260人", "58.7毫米", "14处", "尚未给出数字")),
    "tinglan-kiln.txt": ("utf-8", ("秦霁", "38.7米", "1.3万余件", "大中四年", "2026年10月")),
    "kiln-weekly.html": ("utf-8", ("1.2万余件", "37.8米", "346件", "霍然之", "260万元")),
    "wangyu-bridge.html": ("utf-8", ("4.86公里", "168米", "620米", "23.6亿元", "38个月", "K12路", "14班")),
    "bridge-builders.md": ("utf-8", ("5.1公里", "26.3亿元", "4.2万吨", "恒衡工程咨询公司", "100年", "没有预留")),
    "chengzhou-bulletin.html": ("utf-8", ("3126.8亿元", "415.3万人", "68.7%", "1.86亿吨", "46218元", "3.2%")),
    "yuanchuan-bulletin.html": ("gb18030", ("986.5亿元", "187.6万人", "52.4%", "41.2万吨", "31860元", "邬佩兰")),
    "tinglan-library.md": ("utf-8", ("32万册", "860个", "陶望舒", "翁子衡", "不收押金", "视障阅览室")),
    "museums-mayday.txt": ("utf-8", ("5.2万人次", "3.8万人次", "214件", "8月31日", "94万元", "季云舒")),
    "chengzhou-hospital.html": ("utf-8", ("1200张", "14.8亿元", "罗砚秋", "380人", "暂时不设住院病区")),
    "yuanchuan-hospital.txt": ("utf-8", ("650张", "6.3亿元", "庄慕蓝", "143人", "协议还没有签")),
    "luwan-battery.html": ("utf-8", ("45亿元", "12吉瓦时", "3200个", "郁行舟", "葛清扬", "不生产三元电池")),
    "island-films.html": ("utf-8", ("渡潮", "沈听澜", "顾西洲", "86部", "2026年10月17日", "评审团大奖空缺")),
    "tinglan-buses.txt": ("utf-8", ("103个", "46辆", "竹根坳", "毕怀远", "1100万元", "6点40分")),
    "youth-games.html": ("utf-8", ("1264名", "18枚金牌", "伍珊珊", "1米78", "竹溪中学", "2027年秋天")),
    "songbu-oranges.txt": ("utf-8", ("6.8万吨", "2元6角", "67%", "马来西亚", "柏松柏", "红玉")),
    "notices.jsonl": ("utf-8", ("2026年1月18日", "17座", "21:30", "146名", "3月28日", "2.25元", "方致远")),
}
DECLARED = {
    "jiaozuo-school-buildings.html": b"charset=gb2312",
    "dongbu-plan-questions.html": b'charset="gb2312"',
    "dongbu-meeting-big5.html": b"charset=big5",
    "yuanchuan-rain.html": b"charset=gb2312",
    "yuanchuan-bulletin.html": b'charset="gb2312"',
}
NOT_ARTICLES = {"README.rst", ".gitattributes"}

# document -> (title, publisher, day of publication); what the page does not say stays unknown
ARTICLES: dict[str, tuple[str, str | None, date | None]] = {
    "anyuan-five-measures.md": ("安源区义务教育优质均衡：五项措施一览", "赣西教育观察资料室", date(2024, 12, 23)),
    "anyuan-new-places.html": ("安源添5000个学位，两万家庭等来好消息", "赣西教育观察", date(2024, 12, 16)),
    "anyuan-parents-letters.txt": ("家长来信：安源的新学位，我家赶得上吗", "赣西教育观察", date(2024, 12, 25)),
    "briefs.jsonl:1": ("安源添5000个学位，两万家庭等来好消息", "每日教育简报", date(2024, 12, 17)),
    "briefs.jsonl:2": ("快讯：成都东部新区四年新开办学校、幼儿园20所", "每日教育简报", date(2024, 12, 11)),
    "briefs.jsonl:3": ("更正：成都东部新区四年新开办学校、幼儿园23所", "每日教育简报", date(2024, 12, 13)),
    "briefs.jsonl:4": ("焦作：特殊教育学校高中班加快建设", "每日教育简报", date(2024, 12, 20)),
    "briefs.jsonl:5": ("一句话教育：今天的三个数字", "每日教育简报", date(2024, 12, 26)),
    "compilers-interview.txt": ("对谈：一个百分点的分量", "学位地图", date(2025, 1, 8)),
    "dongbu-four-years.txt": ("四年账本：成都东部新区教育的几组数字", "东进教育周报", date(2024, 12, 14)),
    "dongbu-meeting-big5.html": ("成都東部新區推進會側記：誰說了什麼", "西部教育問答", date(2024, 12, 13)),
    "dongbu-mentors.txt": ("120余名“启志导师”走进校园，成都东部新区探路协同育人", None, None),
    "dongbu-plan-questions.html": ("问答：成都东部新区的教育综改，要做到什么程度", "西部教育问答", date(2024, 12, 15)),
    "jiaozuo-high-schools.txt": (
        "焦作普通高中“1256”工程：从学科基地到县中帮扶",
        "豫北校园建设通讯",
        date(2024, 12, 21),
    ),
    "jiaozuo-kindergartens.html": ("92.8%意味着什么？读懂焦作的普惠性幼儿园", "怀川教育笔记", date(2024, 12, 18)),
    "jiaozuo-school-buildings.html": (
        "焦作校舍建设盘点：147所中小学与34845个学位",
        "豫北校园建设通讯",
        date(2024, 12, 20),
    ),
    "jiaozuo-school-groups.txt": ("焦作集團化辦學：83個集團帶起163所薄弱學校", "懷川教育筆記", date(2024, 12, 19)),
    "jiaozuo-timeline.html": ("焦作基礎教育大事記", "懷川教育筆記", date(2024, 12, 24)),
    "three-places-compared.html": ("三地教育数据放在一起看：安源、焦作与成都东部新区", "学位地图", date(2025, 1, 6)),
    "bridge-builders.md": ("望屿大桥建成通车：跨海工程的几个数字", "工程建设观察", date(2025, 9, 30)),
    "chengzhou-bulletin.html": ("2024年澄州市国民经济和社会发展统计公报解读", "澄州数据", date(2025, 4, 8)),
    "chengzhou-hospital.html": ("澄州市第三人民医院鹭湾院区7月1日启用", "健康澄州", date(2025, 6, 25)),
    "chengzhou-marathon.html": (
        "1.2万人跑过望屿码头 2025澄州马拉松昨日鸣枪",
        "澄州晚报",
        date(2025, 3, 17),
    ),
    "island-films.html": ("望嶼海島電影周閉幕 《渡潮》拿下三個獎", "光影週報", date(2025, 10, 26)),
    "kiln-weekly.html": ("泥塘窑：一处民窑改写的年表", "田野考古周刊", date(2025, 5, 14)),
    "luwan-battery.html": ("45亿元！衡光新能源电池项目落户鹭湾新区", "鹭湾观察", date(2025, 2, 19)),
    "marathon-wire.txt": ("澄州马拉松落幕：男子冠军2小时14分37秒", "体坛速递", date(2025, 3, 16)),
    "museums-mayday.txt": (
        "五一假期兩館客流比一比：澄州博物館5.2萬，沅川博物館3.8萬",
        "海東文化網",
        date(2025, 5, 6),
    ),
    "notices.jsonl:1": ("澄州地铁2号线一期开通公告（更新）", "澄州轨道集团", date(2025, 12, 18)),
    "notices.jsonl:2": ("汀兰县图书馆新馆开放时间", "汀兰县图书馆", date(2025, 6, 3)),
    "notices.jsonl:3": ("望屿区2025年公开招聘中小学教师公告（补充）", "望屿区教育局", date(2025, 3, 18)),
    "notices.jsonl:4": ("汀兰县博物馆参观须知", "汀兰县博物馆", date(2025, 7, 2)),
    "notices.jsonl:5": ("关于调整居民用水价格的通知", "沅川水务公司", date(2025, 6, 12)),
    "notices.jsonl:6": ("鹭湾新年音乐会购票须知（更正）", "鹭湾文化中心", date(2025, 12, 8)),
    "rain-wire.txt": ("沅川暴雨紀要：松埠鎮雨量居首", "東南氣象觀察", date(2025, 6, 22)),
    "songbu-oranges.txt": ("松埠镇的柑橘，今年卖到了哪里", "沅川农事通讯", date(2024, 12, 6)),
    "tinglan-buses.txt": ("汀兰乡村公交全改“一元通” 12条线路通到103个村", "汀兰融媒", date(2025, 3, 3)),
    "tinglan-kiln.txt": ("沉睡千年的龙窑露出真容 汀兰县泥塘窑址考古公布成果", "汀兰文旅", date(2025, 5, 12)),
    "tinglan-library.md": ("汀兰县图书馆新馆：去之前要知道的事", "汀兰生活手册", date(2025, 1, 6)),
    "wangyu-bridge.html": ("望屿大桥今天通车 上岛从坐船40分钟变成开车8分钟", "澄州新闻网", date(2025, 9, 28)),
    "youth-games.html": ("沅川市第十六届中学生运动会闭幕 两人四次破纪录", "沅川教育在线", date(2025, 11, 2)),
    "yuanchuan-bulletin.html": ("沅川市2024年统计公报发布：经济增长6.2%", "沅川统计信息网", date(2025, 4, 10)),
    "yuanchuan-hospital.txt": ("沅川市中医院搬新家 床位增到650张", "沅川健康网", date(2025, 7, 18)),
    "yuanchuan-rain.html": ("沅川强降雨：全市转移群众3620人 无人员伤亡", "沅川日报", date(2025, 6, 22)),
}
# Words of navigation, side columns, tickers, recommendations and footers: none is part of a story.
AROUND_THE_STORIES = (
    "热门排行", "老校长的三十本工作日记", "校服选购有了新标准", "网友评论", "孩子不肯午睡怎么办", "栏目导航",
    "县区动态", "校园围墙上的三百米画卷", "您现在的位置", "助学金什么时候发放", "食堂阿姨写给毕业生的信", "推荐阅读",
    "十项合作任务", "总值班", "暂无更多评论", "一座县城的校车路线图", "山區教師的週末讀書會", "一支粉筆的旅行",
    "上一篇", "版权所有", "版權所有", "免责声明", "责任编辑", "跑友晒出完赛奖牌", "泳池边的银发族", "雨后防疫怎么做",
    "渔港夜市重新开张", "老街的修表匠", "一把手铲的使用说明", "轮渡老船长", "统计员老周", "橘子丰收年",
    "血压计袖带", "三伏贴怎么贴", "园区食堂的早餐", "老放映員的膠片箱", "三处口袋公园", "一块旧跑道的新生",
    "值班主任", "点赞",
)  # fmt: skip


def decoded(name: str) -> str:
    return (SEEDS / name).read_bytes().decode(EXPECTED[name][0])


@cache
def cleaned() -> dict[str, Article]:
    """The starter articles by the name of their document, as they are ingested."""
    documents = list(read_sources([SEEDS], max_bytes=1_000_000, stdin=None))
    assert all(isinstance(document, RawDocument) for document in documents)
    return {Path(d.name).name: assemble(d) for d in documents if isinstance(d, RawDocument)}


def letters(text: str) -> str:
    """Folded, without leftovers of pinyin, punctuation and white space."""
    return "".join(re.findall(r"\w", fold(LEFTOVER_PINYIN.sub("", text))))


def fifteens(text: str) -> set[str]:
    run = letters(text)
    return {run[at : at + 15] for at in range(len(run) - 14)}


def test_the_folder_holds_these_articles_and_no_others() -> None:
    """Every starter article is listed here, so that none can be added without an expectation."""
    assert {path.name for path in SEEDS.iterdir()} - NOT_ARTICLES == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_bytes_decode_as_intended(name: str) -> None:
    """A file decodes in its own encoding without loss, and one that is not UTF-8 does not pass for it."""
    encoding, _ = EXPECTED[name]
    data = (SEEDS / name).read_bytes()
    assert data.decode(encoding).encode(encoding) == data
    if encoding != "utf-8":
        with pytest.raises(UnicodeDecodeError):
            data.decode("utf-8")


@pytest.mark.parametrize(("name", "declaration"), DECLARED.items())
def test_declared_encodings_stand_in_the_bytes(name: str, declaration: bytes) -> None:
    """Pages that are not UTF-8 say so within their first kilobyte, as their publishers would."""
    assert declaration in (SEEDS / name).read_bytes()[:1024].lower()


@pytest.mark.parametrize("name", [name for name, (encoding, _) in EXPECTED.items() if encoding == "gb18030"])
def test_gb2312_is_declared_but_not_enough(name: str) -> None:
    """A page that declares gb2312 holds a character that only the larger set has."""
    with pytest.raises(UnicodeDecodeError):
        (SEEDS / name).read_bytes().decode("gb2312")


@pytest.mark.parametrize("name", EXPECTED)
def test_figures_stand_in_the_running_text(name: str) -> None:
    """The facts that an article is there for are in its main text after cleaning, whatever its script."""
    text = fold("\n".join(article.text for key, article in cleaned().items() if key.split(":")[0] == name))
    assert [figure for figure in EXPECTED[name][1] if fold(figure) not in text] == []


def test_every_document_becomes_an_article_and_the_table_does_not() -> None:
    """Ingesting the folder gives one article per page or record, and leaves out the file that describes them."""
    assert set(cleaned()) == set(ARTICLES)


@pytest.mark.parametrize("name", ARTICLES)
def test_title_publisher_and_day_are_found(name: str) -> None:
    """What is printed about a page, and no more, becomes its metadata."""
    article = cleaned()[name]
    day = article.published.day if article.published else None
    assert (article.title, article.publisher, day) == ARTICLES[name]


@pytest.mark.parametrize("name", ARTICLES)
def test_nothing_around_a_story_gets_into_it(name: str) -> None:
    """Menus, side columns, tickers, recommendations and footers are left out of the main text."""
    text = cleaned()[name].text
    assert [words for words in AROUND_THE_STORIES if words in text] == []


@pytest.mark.parametrize("name", ["jiaozuo-school-groups.txt", "jiaozuo-timeline.html", "island-films.html"])
def test_pinyin_is_left_behind_traditional_characters(name: str) -> None:
    """The converted pages carry many readings, each behind a character of traditional script."""
    text = decoded(name)
    before = [text[match.start() - 1] for match in LEFTOVER_PINYIN.finditer(text)]
    assert len(before) >= 10
    assert {character for character in before if fold(character) == character} == set()


def test_damage_is_a_real_one_byte_shift() -> None:
    """Putting the dropped byte back in front of the damaged bytes brings the original words back."""
    text = decoded("jiaozuo-high-schools.txt")
    shifted = SHIFTED_QUOTE.search(text)
    assert shifted is not None
    damaged = text[shifted.start() : shifted.start() + 3]
    assert (b"\xa1" + damaged.encode("gbk")).decode("gbk", errors="ignore").startswith("。“县")


def test_the_story_stands_twice_and_each_copy_is_whole_where_the_other_is_damaged() -> None:
    """Two copies of one story carry their damage in different paragraphs."""
    lines = decoded("jiaozuo-high-schools.txt").splitlines()
    subjects = [line for line in lines if line.startswith("先说学科")]
    counties = [line for line in lines if line.startswith("县里的高中")]
    assert [bool(SHIFTED_QUOTE.search(line)) for line in subjects] == [False, True]
    assert [bool(SHIFTED_QUOTE.search(line)) for line in counties] == [True, False]


def test_the_ticker_is_one_long_line_on_top_that_stands_twice() -> None:
    """The headline ticker comes before the article and is longer than any of its paragraphs."""
    lines = decoded("dongbu-mentors.txt").splitlines()
    assert lines[1] == lines[2]
    assert len(lines[1]) > 400 > max(map(len, lines[3:]))
    assert lines.index("推荐阅读") > lines.index("责任编辑：田禾")


def test_records_are_complete_and_hold_a_reprint_and_a_correction() -> None:
    """The records carry text or html, a reprint equals its original, and the corrected count is the later one."""
    records = {record["id"]: record for record in map(json.loads, decoded("briefs.jsonl").splitlines())}
    assert len(records) == 5
    assert all(("text" in record) != ("html" in record) for record in records.values())
    assert all(record["title"] and record["publisher"] and record["published"] for record in records.values())
    original = decoded("anyuan-new-places.html")
    assert all(line in original for line in records["brief-anyuan-reprint"]["text"].splitlines())
    first, later = records["brief-dongbu-schools"], records["brief-dongbu-schools-corrected"]
    assert first["published"] < later["published"]
    assert "共有20所" in first["text"]
    assert "共有23所" in later["text"]


@pytest.mark.parametrize(
    ("first", "second", "differing"),
    [
        ("chengzhou-marathon.html", "marathon-wire.txt", (("1.2万名", "1.5万名"), ("1800名", "2000余名"))),
        ("yuanchuan-rain.html", "rain-wire.txt", (("214毫米", "186.4毫米"), ("3620人", "3260人"))),
        ("tinglan-kiln.txt", "kiln-weekly.html", (("1.3万余件", "1.2万余件"), ("全长38.7米", "全长37.8米"))),
        ("wangyu-bridge.html", "bridge-builders.md", (("4.86公里", "5.1公里"), ("23.6亿元", "26.3亿元"))),
    ],
)
def test_two_articles_disagree_where_they_are_meant_to(
    first: str, second: str, differing: tuple[tuple[str, str], ...]
) -> None:
    """Each gives its own figure and not the other's, so that a conflict is one of articles."""
    texts = [fold(cleaned()[name].text) for name in (first, second)]
    assert [[figure in text for figure in pair] for pair in differing for text in texts] == [
        [True, False],
        [False, True],
    ] * len(differing)


def test_ids_of_records_are_unique() -> None:
    """Within the folder no article supersedes another, so that ingesting it twice changes nothing."""
    ids = [
        json.loads(line)["id"] for name in EXPECTED if name.endswith(".jsonl") for line in decoded(name).splitlines()
    ]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", EXPECTED)
def test_no_sentence_is_copied_from_a_source(name: str) -> None:
    """No run of fifteen letters is shared with the pages that the facts come from."""
    if not SOURCES.is_dir():
        pytest.skip("the source pages are not kept with the project")
    sources = set().union(*(fifteens(path.read_text(encoding="utf-8")) for path in sorted(SOURCES.glob("*.txt"))))
    assert fifteens(decoded(name)) & sources == set()
