"""Texts, a tiny packed model with known weights, and a local server that speaks OpenAI's embeddings."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from embeddings.bundled import BundledModel, ensure_bundled
from embeddings.errors import BundleError
from embeddings.fakes import HashingEncoder

TEXTS = (
    "县教育局公布了今年秋季学期普惠性幼儿园的名单，共有四十二所，覆盖率达到百分之九十一点三。",
    "全市新建改建公办学校18所，新增学位2.6万个。",
    "記者從教育部門獲悉，義務教育階段學校起始年級將全面實行均衡編班。",
    "气象台预计，未来三天华北平原将有小到中雨，局地大雨，气温下降六至八度。",
    "The committee said that GDP grew by 5.2% in the first quarter, 高于去年同期。",
    "他说：“这条路修好以后，孩子们上学只要走十分钟。”",
    "１２月１１日，某市发布《关于加强校外培训管理的通知》（征求意见稿）。",
    "联系电话：０１０－１２３４５６７８；邮箱 service@example.cn",
    "龘靐齉爩，这些字很少有人认识。",
    "会议由副省长主持😀，与会者就乡村振兴、产业升级等议题进行了讨论…",
    "地铁十四号线二期\t预计\n明年六月　开通试运营。",
    "医院新增床位三百张，门诊量同比增长12.5%。",
    "研究人员在青藏高原发现了一种新的鼠兔，论文发表在《动物学研究》上。",
    "足协宣布，国家队将于下月在成都集训，备战世界杯预选赛。",
    "央行今日开展2000亿元逆回购操作，利率维持1.4%不变。",
    "。",
)

Model = Callable[[Path], "TinyModel"]


@pytest.fixture(scope="session")
def texts() -> tuple[str, ...]:
    """Short news sentences: both scripts, digits, full-width forms, an emoji, rare characters."""
    return TEXTS


@pytest.fixture(scope="session")
def bundled() -> BundledModel:
    """The bundled model in the user's cache, unpacked by the first test run on a machine."""
    try:
        return ensure_bundled()
    except BundleError as error:
        pytest.skip(f"the bundled model is not to be had on this machine: {error}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TinyModel:
    """A packed file with random 4-bit weights, and the float32 weights that it stands for."""

    path: Path
    weights: Mapping[str, npt.NDArray[np.float32]]
    pieces: tuple[str, ...]
    hidden: int = 64
    layers: int = 2
    heads: int = 2
    inner: int = 128
    positions: int = 32


_PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "幼", "儿", "园", "幼儿园", "教", "育", "教育", "a", "▁a", "<mask>")
_SCORES = (0.0, 0.0, 0.0, 0.0, -2.0, -6.0, -6.0, -6.0, -8.0, -6.0, -6.0, -7.0, -5.0, -4.0, 0.0)
_RULES = {0x3000: " ", ord("Ａ"): "a", 0x7F: "", ord("㍿"): "株式会社"}


@pytest.fixture
def tiny_model(tmp_path: Path) -> TinyModel:
    """A two-layer model of 64 dimensions in the wheel's layout."""
    rng = np.random.default_rng(7)
    model = TinyModel(path=tmp_path / "tiny.bin", weights={}, pieces=_PIECES)
    hidden, inner = model.hidden, model.inner
    stored: dict[str, tuple[int, bytes, int]] = {}
    weights: dict[str, npt.NDArray[np.float32]] = {}

    def add_matrix(name: str, rows: int, columns: int) -> None:
        nibbles = rng.integers(0, 16, (rows * columns // 32, 32), dtype=np.uint8)
        scales = rng.uniform(0.01, 0.03, len(nibbles)).astype("<f2")
        packed = nibbles[:, :16] | (nibbles[:, 16:] << 4)
        raw = b"".join(scale.tobytes() + row.tobytes() for scale, row in zip(scales, packed, strict=True))
        stored[name] = (1, raw, rows * columns)
        weights[name] = ((nibbles.astype(np.float32) - 8) * scales[:, None].astype(np.float32)).reshape(rows, columns)

    def add_floats(name: str, *shape: int, around: float = 0.0) -> None:
        values = (around + 0.1 * rng.normal(size=shape)).astype("<f4")
        stored[name] = (0, values.tobytes(), values.size)
        weights[name] = values

    add_matrix("emb.word", 20, hidden)
    add_floats("emb.pos", model.positions, hidden)
    add_floats("emb.type", 2, hidden)
    norms = ["emb.ln", *(f"l{layer}.{name}" for layer in range(model.layers) for name in ("aln", "oln"))]
    for norm in norms:
        add_floats(f"{norm}.w", hidden, around=1.0)
        add_floats(f"{norm}.b", hidden)
    for layer in range(model.layers):
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            rows, columns = (inner if name == "fi" else hidden), (inner if name == "fo" else hidden)
            add_matrix(f"l{layer}.{name}.w", rows, columns)
            add_floats(f"l{layer}.{name}.b", rows)
    model.path.write_bytes(_packed_bytes(model, stored))
    return TinyModel(path=model.path, weights=weights, pieces=_PIECES)


def _packed_bytes(model: TinyModel, stored: Mapping[str, tuple[int, bytes, int]]) -> bytes:
    blobs = [piece.encode() for piece in _PIECES]
    offsets = np.cumsum([0, *map(len, blobs)]).astype("<u4")
    sizes = (model.hidden, model.layers, model.heads, model.inner, 20, model.positions, 2)
    out = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, 1e-12, 32)
    out += struct.pack("<5iQ", len(blobs), 0, 2, 1, 3, int(offsets[-1])) + offsets.tobytes()
    out += np.array(_SCORES, "<f4").tobytes() + b"".join(blobs)
    rules = b"".join(
        struct.pack("<IB", point, len(text)) + b"".join(struct.pack("<I", ord(char)) for char in text)
        for point, text in sorted(_RULES.items())
    )
    out += struct.pack("<iI", len(_RULES), len(rules)) + rules + struct.pack("<i", len(stored))
    at = len(out) + sum(2 + len(name) + 21 for name in stored)
    directory, body = b"", b""
    for name, (kind, raw, count) in stored.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, at + len(body), len(raw))
        body += raw
    return out + directory + body


@dataclass(slots=True)
class EmbeddingServer:
    """A server backed by `HashingEncoder`. `script` holds answers (status, headers, body) given before real ones."""

    url: str = ""
    script: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def _serving() -> Iterator[EmbeddingServer]:
    state = EmbeddingServer()
    encoder = HashingEncoder(dim=64)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.keys.append(self.headers.get("Authorization"))
            state.paths.append(self.path)
            if state.script:
                self._send(*state.script.pop(0))
                return
            vectors = 3.0 * encoder.encode_passages(body["input"])
            rows = [{"index": number, "embedding": vector.tolist()} for number, vector in enumerate(vectors)]
            usage = {"prompt_tokens": sum(map(len, body["input"]))}  # a token is a character
            self._send(200, {}, json.dumps({"object": "list", "data": rows[::-1], "usage": usage}))

        def _send(self, status: int, headers: dict[str, str], text: str) -> None:
            raw = text.encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Keep test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def embedding_server() -> Iterator[EmbeddingServer]:
    """A real HTTP server on a free port; it answers in reverse order and does not normalise."""
    with _serving() as server:
        yield server


@pytest.fixture(scope="module")
def module_server() -> Iterator[EmbeddingServer]:
    """Another such server, for a whole module."""
    with _serving() as server:
        yield server
