"""A small set of our own over a real store: six articles, questions in two languages, some without an answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from eval.cases import CaseSet, load_cases
from eval.conditions import Conditions, set_digest
from eval.judges import QuoteJudge
from eval.run import run
from eval.scores import Scores, score
from eval.serving import served
from eval.set_store import open_set
from eval.targets import JushiTarget
from rag.api.service import Progress
from rag.config import Settings, load_settings
from rag.engine import Engine

ARTICLES = {
    "bridge": "松溪县云岭大桥昨日建成通车。大桥全长1280米，主跨420米，双向四车道。大桥总投资6.5亿元，由省里企业承建。",
    "library": "沱河区图书馆新馆向市民开放。新馆建筑面积1.8万平方米，藏书62万册。馆长陈嘉宁说，阅览区开到晚上九点。",
    "buses": "宁川市更新了城区的公交车辆。新投入的纯电动公交车有156辆，覆盖23条线路。老年人凭证件可以免费乘车。",
    "oranges": "桐城山区的柑橘迎来丰收。今年柑橘总产量达到4.7万吨，种植户人均增收3200元。合作社新建了两座冷库。",
    "marathon": "海州国际马拉松赛上周日鸣枪开跑。共有2.6万名选手参赛，男子组冠军由李卓远获得，成绩是2小时11分8秒。",
    "hospital": "青平县人民医院新院区投入使用。新院区设置床位800张，开设42个临床科室，急救中心同时启用。",
}
_TITLES = ("云岭大桥通车", "新馆开放", "公交更新", "柑橘丰收", "马拉松开跑", "新院区启用")
# id, question, fact or None, article, tags
QUESTIONS = [
    ("bridge-zh", "云岭大桥全长多少米？", "1280米", "bridge", ["number"]),
    ("bridge-money-zh", "云岭大桥总投资是多少？", "6.5亿元", "bridge", ["number"]),
    ("library-zh", "沱河区图书馆新馆藏书多少册？", "62万册", "library", ["number"]),
    ("buses-zh", "宁川市新投入的纯电动公交车有多少辆？", "156辆", "buses", ["number"]),
    ("oranges-zh", "桐城山区今年柑橘总产量是多少？", "4.7万吨", "oranges", ["number"]),
    ("hospital-zh", "青平县人民医院新院区设置多少张床位？", "800张", "hospital", ["number"]),
    ("bridge-en", "How long is the new bridge?", "1280米", "bridge", ["english"]),
    ("library-en", "How many books does the new library hold?", "62万册", "library", ["english"]),
    ("buses-en", "How many electric buses were put into service?", "156辆", "buses", ["english"]),
    ("oranges-en", "How large was this year's orange harvest?", "4.7万吨", "oranges", ["english"]),
    ("marathon-en", "Who won the men's race?", "李卓远", "marathon", ["english"]),
    ("hospital-en", "How many beds does the new hospital have?", "800张", "hospital", ["english"]),
    ("moon", "火星探测器的发射费用是多少？", None, None, ["off-topic"]),
    ("tunnel", "云岭隧道的长度是多少？", None, None, ["near-miss"]),
]


def quote_of(article: str, fact: str) -> str:
    """The sentence of an article that holds a fact."""
    return next(piece + "。" for piece in ARTICLES[article].split("。") if fact in piece)


def case_line(row: tuple[str, str, str | None, str | None, list[str]]) -> str:
    case_id, question, fact, article, tags = row
    case: dict[str, object] = {"id": case_id, "question": question, "tags": tags, "answerable": fact is not None}
    if fact and article:
        line = list(ARTICLES).index(article) + 1
        case |= {"facts": [[fact]], "gold": [{"article": f"news.jsonl:{line}", "quote": quote_of(article, fact)}]}
    return json.dumps(case, ensure_ascii=False)


class Measured:
    """Asks the small set of the product's own server, whose engine may be changed first, and gives the figures."""

    def __init__(self, small: CaseSet, stores: Path, settings: Settings, conditions: Conditions) -> None:
        self._small = small
        self._stores = stores
        self._settings = settings
        self._conditions = conditions

    @contextmanager
    def served(
        self, change: Callable[[Engine], Engine] = lambda engine: engine, settings: Settings | None = None
    ) -> Iterator[JushiTarget]:
        """The server as a target."""
        chosen = settings or self._settings

        def opened(_progress: Progress) -> Engine:
            return change(open_set(self._small, self._stores, settings=chosen))

        with served(chosen, opened) as root, closing(JushiTarget(root, answerer="auto")) as target:
            yield target

    def __call__(self, change: Callable[[Engine], Engine] = lambda engine: engine, **settings: object) -> Scores:
        """The figures of the small set."""
        chosen = self._settings.model_copy(update=dict(settings))
        conditions = replace(self._conditions, fingerprint=chosen.fingerprint)
        with self.served(change, chosen) as target:
            return score(run(target, self._small.cases, conditions, jobs=2), QuoteJudge())


@pytest.fixture(scope="session", autouse=True)
def _silent() -> Iterator[None]:
    """Keep the servers' log out of the tests' output."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the set, beside its articles."""
    folder = tmp_path_factory.mktemp("small")
    rows = [{"id": name, "title": title, "text": ARTICLES[name]} for name, title in zip(ARTICLES, _TITLES, strict=True)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / "news.jsonl").write_text("\n".join(lines), encoding="utf-8")
    header = json.dumps({"set": "small", "version": 1, "sources": ["news.jsonl"]})
    (folder / "set.jsonl").write_text("\n".join([header, *map(case_line, QUESTIONS)]), encoding="utf-8")
    return folder / "set.jsonl"


@pytest.fixture(scope="session")
def small(small_file: Path) -> CaseSet:
    return load_cases(small_file)


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stores of sets are kept, for all tests of a run."""
    return tmp_path_factory.mktemp("stores")


@pytest.fixture(scope="session")
def settings() -> Settings:
    return load_settings(answerer="quotes")


@pytest.fixture(scope="session")
def conditions(small: CaseSet, settings: Settings) -> Conditions:
    return Conditions(
        set_name="small",
        set_version=1,
        set_digest=set_digest(small),
        answerer="quotes",
        fingerprint=settings.fingerprint,
        build="0",
    )


@pytest.fixture(scope="session")
def measured(small: CaseSet, stores: Path, settings: Settings, conditions: Conditions) -> Measured:
    """Ask the small set of a server over an engine, which `change` may break first."""
    return Measured(small, stores, settings, conditions)


@pytest.fixture(scope="session")
def sound(measured: Measured) -> Scores:
    """The figures of the product as it is."""
    return measured()
