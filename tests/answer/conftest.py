"""A small collection of articles written for these tests, over the real encoder and the real store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.config import load_settings
from rag.engine import Engine
from rag.types import Media, RawDocument
from rag.wiring import open_engine

ARTICLES = {
    "linhe": """临河区发布学前教育年度通报

本报讯（记者 王建国）临河区教育局3月5日发布通报。2023年，临河区新建幼儿园12所，新增学位3600个。
截至2023年年底，临河区普惠性幼儿园覆盖率达到91.5%，公办园在园幼儿占比为55.2%。
通报要求各幼儿园做好以下工作：
1. 每学期开展两次消防演练。
2. 食堂每天留样，留样保存48小时。
3. 每月向家长公示一次食谱。
临河区教育局局长陈思远表示，下一步将为乡村教师建设周转房。
""",
    "donggang": """东港市推进义务教育集团化办学

东港市教育局介绍，全市已组建义务教育集团21个，带动46所薄弱学校提升办学水平。
由于施工图纸调整，原定于2022年9月启用的东港市第三实验小学推迟到2023年2月开学。
“集团化不是简单挂牌。”东港市教育局副局长刘海燕在会上说。
全市义务教育学校教师交流轮岗比例达到18%。
""",
    "museum": """临河博物馆新馆开放

临河博物馆新馆位于滨水路8号，建筑面积2.4万平方米，由建筑师周明设计。
新馆收藏文物6.8万件，其中青铜器1200余件。
""",
}


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine over `ARTICLES`."""
    opened = open_engine(
        load_settings(data=tmp_path_factory.mktemp("answers"), remembered_answers=0)
    )  # each is made anew
    documents = [
        RawDocument(name=f"{name}.txt", data=text.encode(), media=Media.TEXT, article_id=name)
        for name, text in ARTICLES.items()
    ]
    report = opened.pipeline().ingest(documents)
    assert len(report.documents) == len(ARTICLES)
    yield opened
    opened.close()
