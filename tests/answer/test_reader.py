"""A sentence read in the light of the question."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from embeddings.encoder import Reading
from embeddings.fakes import HashingEncoder
from embeddings.recent import RecentPassages
from eval.reading import Example, _arrays, _loss, _Network, fit_reader, save_reader
from rag.answer.assessing import Articles, assess
from rag.answer.calibration import calibration
from rag.answer.reader import KINDS, Reader, read, shipped_reader, token_kinds, window
from rag.answer.sentences import Sentence
from rag.answer.view import view
from rag.engine import Engine
from rag.text.words import content_words
from rag.types import ArticleInfo, Evidence, Passage, Question, Signals

_TEXT = "滨河大桥横跨清水河。大桥于2019年通车。全长三公里。桥上有路灯。"


def _sentence(text: str, start: int, end: int, *, passage_start: int = 0) -> Sentence:
    passage = Passage(
        passage_id=1,
        article_id="a",
        revision="r",
        ordinal=0,
        start=passage_start,
        end=passage_start + len(text),
        text=text,
        title="",
    )
    info = ArticleInfo(
        article_id="a",
        revision="r",
        name="a",
        title="",
        url=None,
        published=None,
        publisher=None,
        reprints=0,
        passages=1,
    )
    evidence = Evidence(number=1, passage=passage, article=info, score=1.0, signals=Signals(fused=1.0))
    return Sentence(evidence=evidence, start=passage_start + start, end=passage_start + end, text=text[start:end])


def test_a_sentence_is_read_with_its_neighbours() -> None:
    """The one before and the one behind are there, those further off are not."""
    found = window(_sentence(_TEXT, 10, 21, passage_start=500))
    assert found.text == "滨河大桥横跨清水河。大桥于2019年通车。全长三公里。"
    assert found.text[found.start : found.end] == "大桥于2019年通车。"


def test_long_neighbours_are_shortened() -> None:
    """Of long neighbours sixty characters stay on each side."""
    text = "河" * 300 + "。大桥于2019年通车。" + "路" * 300 + "。"
    found = window(_sentence(text, 301, 312))
    assert found.text[found.start : found.end] == "大桥于2019年通车。"
    assert (found.start, len(found.text) - found.start) == (60, 160)


def test_the_kinds_of_tokens_by_hand() -> None:
    """Sides, the interrogative, the word asked about, word weights for each character, and what both sides share."""
    asked = view("大桥何时通车", {"大桥": 2.0, "通车": 5.0})
    seen = window(_sentence(_TEXT, 10, 21))
    spans = ((0, 0), (0, 2), (2, 4), (4, 6), (0, 0), (0, 2), (10, 12), (13, 17), (18, 20))
    reading = Reading(states=np.zeros((9, 4), np.float32), spans=spans, asked=5)
    kinds = token_kinds(asked, seen, reading)
    named = [{name: round(float(v), 2) for name, v in zip(KINDS, row, strict=True) if v} for row in kinds]
    assert named == [
        {"question": 1},
        {"question": 1, "focus": 1, "weight": 0.4, "shared": 1},
        {"question": 1, "interrogative": 1},
        {"question": 1, "focus": 1, "weight": 1, "shared": 1},
        {"question": 1},
        {"context": 1},
        {"shared": 1, "sentence": 1},
        {"sentence": 1},
        {"shared": 1, "sentence": 1},
    ]


def _examples(count: int) -> list[Example]:
    """The passage answers when one of its tokens in the sentence has a large first coordinate."""
    chance = np.random.default_rng(3)
    found = []
    for number in range(count):
        states = chance.normal(size=(16, 128)).astype(np.float16)
        kinds = np.zeros((16, len(KINDS)), np.float32)
        kinds[:6, 0], kinds[6:12, 5], kinds[12:, 6] = 1, 1, 1
        tags = np.concatenate([np.full(6, -1.0), np.zeros(10)]).astype(np.float32)
        if number % 2:
            states[8, 0], tags[8] = 6.0, 1.0
        found.append(Example(states=states, kinds=kinds, asked=6, tags=tags, answers=bool(number % 2), weight=1.0))
    return found


def test_the_reader_computes_what_was_trained() -> None:
    """The verdict in numpy equals that of the network in torch, in a batch of other lengths too."""
    examples = _examples(2)
    network = _Network().eval()
    chance = np.random.default_rng(5)
    mean, basis = chance.normal(size=128).astype(np.float32), (chance.normal(size=(128, 96)) / 10).astype(np.float32)
    reader = Reader(encoder="e", arrays=_arrays(network, mean, basis))
    reduced = [(example.states.astype(np.float32) - mean) @ basis for example in examples]
    sides = torch.tensor([[0] * 6 + [1] * 10 + [2] * 3])
    for example, states in zip(examples, reduced, strict=True):
        padded = torch.zeros(1, 19, 96)
        padded[0, :16] = torch.from_numpy(states)
        kinds = torch.zeros(1, 19, len(KINDS))
        kinds[0, :16] = torch.from_numpy(example.kinds)
        with torch.no_grad():
            verdict, tags = network(padded, kinds, sides)
        found = reader.read(example.states.astype(np.float32), example.kinds, example.asked)
        assert found == pytest.approx((float(verdict[0]), float(tags[0, 6:12].max())), abs=1e-4)


def test_the_loss_leaves_out_unknown_tags() -> None:
    """Examples without tags are judged by the verdict alone: ln 2 for a network that says nothing."""
    network = _Network().eval()
    torch.nn.init.zeros_(network.out.weight)
    torch.nn.init.zeros_(network.out.bias)
    (one,) = _examples(1)
    untagged = Example(
        states=one.states, kinds=one.kinds, asked=6, tags=np.full(16, -1.0, np.float32), answers=True, weight=1.0
    )
    loss = _loss(network, [untagged], [np.zeros((16, 96), np.float32)])
    assert float(loss.detach()) == pytest.approx(math.log(2), abs=1e-6)


def test_the_fit_learns_where_the_answer_stands(tmp_path_factory: pytest.TempPathFactory) -> None:
    """On made states the verdict and the token are right, also from the file in half precision."""
    examples = _examples(600)
    path = tmp_path_factory.mktemp("reader") / "reader.npz"
    save_reader(fit_reader(examples, "e"), path)
    with np.load(path) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files if name != "encoder"}
        assert str(stored["encoder"]) == "e"
    reader = Reader(encoder="e", arrays=arrays)
    right = 0
    for example in examples:
        verdict, span = reader.read(example.states.astype(np.float32), example.kinds, example.asked)
        right += (verdict > 0) == example.answers and (span > 0) == example.answers
    assert right >= 570


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("滨河大桥是哪一年通车的？", "滨河大桥于2019年通车。", "滨河大桥通车仪式由市长主持。"),
        ("临河区教育局局长是谁？", "临河区教育局局长陈思远主持了会议。", "临河区教育局召开了全体会议。"),
        ("东港市有多少所小学？", "东港市共有小学46所。", "东港市小学的操场全部翻新。"),
        ("白石县的县城在哪里？", "白石县的县城设在云岭镇。", "白石县的县城今年修了两条路。"),
        ("南环路为什么推迟通车？", "因为暴雨冲毁路基，南环路推迟通车。", "南环路推迟通车的消息引起关注。"),
        ("青河市的市花是什么？", "青河市的市花是紫薇。", "青河市的市花评选收到三千张选票。"),
    ],
)
def test_the_shipped_reader_tells_an_answer_from_its_neighbour(
    engine: Engine, question: str, right: str, wrong: str
) -> None:
    """It was fitted for the default encoder, and prefers the sentence that answers to one about the same thing."""
    reader = shipped_reader()
    assert reader.encoder == engine.encoder.spec.fingerprint
    asked = view(question, dict.fromkeys(content_words(question), 5.0))
    told, beside = (read(asked, _sentence(text, 0, len(text)), engine.encoder, reader) for text in (right, wrong))
    assert told is not None
    assert beside is not None
    assert told[0] > beside[0] + 0.5


def test_other_encoders_are_not_read_with() -> None:
    """An encoder that cannot read together, or another than the reader was fitted for, gives no features."""
    asked, sentence = view("大桥何时通车", {}), _sentence(_TEXT, 10, 21)
    assert read(asked, sentence, HashingEncoder(), shipped_reader()) is None


def test_without_reading_the_older_model_decides(engine: Engine) -> None:
    """The features of the trace are those of the model that decided, with and without reading."""
    with engine.store.snapshot() as snapshot:
        retrieval = engine.retriever.retrieve_from(snapshot, Question(text="临河区新建幼儿园多少所？"))
        articles, recent = Articles(snapshot), RecentPassages(engine.encoder, limit=10)
        reading = assess(retrieval, articles, engine.encoder, recent, calibration())
        blind = assess(retrieval, articles, _Blind(engine), recent, calibration())
    assert "read" in reading.features
    assert "read" not in blind.features
    values = tuple(blind.features.values())
    assert blind.probability == pytest.approx(calibration().answerable.probability(values), abs=2e-3)
    assert blind.probability >= calibration().threshold


class _Blind:
    """The engine's encoder without its further ability."""

    def __init__(self, engine: Engine) -> None:
        self.spec = engine.encoder.spec
        self.encode_queries = engine.encoder.encode_queries
        self.encode_passages = engine.encoder.encode_passages
