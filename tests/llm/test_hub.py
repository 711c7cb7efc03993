"""Models from a hub: a loopback server that answers as the hub does, and as it should not."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rag.errors import ModelError, ModelMissingError
from rag.llm.download import fetch_model
from rag.llm.known_models import HubFile, KnownModel
from rag.llm.weights import models_folder

CONTENT = b"GGUF" + bytes(index * 11 % 253 for index in range(300_000))
DIGEST = hashlib.sha256(CONTENT).hexdigest()
NAME = "some-org/some-repo/model-q4.gguf"
TINY = KnownModel(
    name="tiny",
    size=len(CONTENT),
    sha256=DIGEST,
    licence="none",
    hub=HubFile(repo="some-org/some-repo", file="model-q4.gguf"),
)


class Hub:
    """What the hub has under one path, and how it gives it."""

    def __init__(self) -> None:
        self.status = 200
        self.error = ""
        self.content = CONTENT
        self.etag = DIGEST
        self.ranges = True
        self.stop_after: list[int] = []  # bytes of each reply, after which the connection is cut
        self.asked: list[str] = []  # the Range of each request for content
        self.url = ""

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        found = handler.path == "/some-org/some-repo/resolve/main/model-q4.gguf"
        whole = handler.command == "GET"
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1]) if whole and self.ranges else 0
        if whole:
            self.asked.append(handler.headers.get("Range", ""))
        handler.send_response(404 if not found else 206 if start else self.status)
        if not found or self.error:
            handler.send_header("X-Error-Code", self.error or "EntryNotFound")
        handler.send_header("X-Repo-Commit", "0" * 40)
        handler.send_header("X-Linked-Etag", f'"{self.etag}"')
        handler.send_header("X-Linked-Size", str(len(self.content)))
        body = self.content[start:] if found and self.status == 200 else b""
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if whole:
            handler.wfile.write(body[: self.stop_after.pop(0)] if self.stop_after else body)
            handler.close_connection = True


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub on a loopback port."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.reply(self)

        def do_HEAD(self) -> None:
            hub.reply(self)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    yield hub
    server.shutdown()
    server.server_close()


def test_a_file_of_the_hub_is_fetched_and_checked(hub: Hub, tmp_path: Path) -> None:
    """Both spellings name one model, which is whole, carries its digest, and is fetched once."""
    told: list[tuple[str, float]] = []
    model = fetch_model(
        tmp_path, NAME.replace("repo/", "repo:"), lambda what, share: told.append((what, share)), endpoint=hub.url
    )
    assert (model.name, model.sha256, model.path.read_bytes()) == (NAME, DIGEST, CONTENT)
    assert told[0] == (f"fetching {NAME}", 0.0)
    assert (f"fetching {NAME}", 1.0) in told
    assert fetch_model(tmp_path, NAME, endpoint=hub.url) == model
    assert hub.asked == ["bytes=0-"]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_broken_fetch_is_gone_on_with(hub: Hub, tmp_path: Path, *, ranges: bool) -> None:
    """What came is kept; the next fetch asks for the rest, and copes with a server that sends everything again."""
    hub.stop_after = [200_000, 0]
    with pytest.raises(ModelError, match="the hub stopped after 200000 of 300004 bytes"):
        fetch_model(tmp_path, NAME, endpoint=hub.url)
    hub.ranges = ranges
    assert fetch_model(tmp_path, NAME, endpoint=hub.url).path.read_bytes() == CONTENT
    assert hub.asked == ["bytes=0-", "bytes=200000-", "bytes=200000-"]


def test_a_connection_that_breaks_is_made_anew(hub: Hub, tmp_path: Path) -> None:
    """As long as each connection brings something, one fetch is enough."""
    hub.stop_after = [100_000, 1, 150_000]
    assert fetch_model(tmp_path, NAME, endpoint=hub.url).path.read_bytes() == CONTENT
    assert hub.asked == ["bytes=0-", "bytes=100000-", "bytes=100001-", "bytes=250001-"]


def test_bytes_of_two_revisions_are_never_joined(hub: Hub, tmp_path: Path) -> None:
    """When the file changes on the hub between two tries, the second begins anew."""
    hub.stop_after = [200_000, 0]
    with pytest.raises(ModelError, match="the hub stopped"):
        fetch_model(tmp_path, NAME, endpoint=hub.url)
    hub.content = b"GGUF another revision"
    hub.etag = hashlib.sha256(hub.content).hexdigest()
    assert fetch_model(tmp_path, NAME, endpoint=hub.url).path.read_bytes() == b"GGUF another revision"
    assert hub.asked[2] == "bytes=0-"
    assert list((models_folder(tmp_path) / "some-org+some-repo+model-q4").glob("*.part")) == []


def test_other_bytes_than_the_hub_promised_are_removed(hub: Hub, tmp_path: Path) -> None:
    """A digest that does not fit is refused, and so is a file of another kind where the hub knows no digest."""
    hub.etag = "0" * 64
    with pytest.raises(ModelError, match=r"expected 0000.*; they were removed"):
        fetch_model(tmp_path, NAME, endpoint=hub.url)
    hub.etag, hub.content = "small-file", b"<html>not a model</html>"
    with pytest.raises(ModelError, match="is no GGUF file and was removed"):
        fetch_model(tmp_path, NAME, endpoint=hub.url)
    assert list((models_folder(tmp_path) / "some-org+some-repo+model-q4").glob("*.part")) == []


def test_a_known_model_is_taken_from_the_hub_only_if_it_is_the_one(hub: Hub, tmp_path: Path) -> None:
    """Other bytes under the same name are noticed before they are fetched."""
    assert fetch_model(tmp_path / "one", "tiny", known={"tiny": TINY}, endpoint=hub.url).sha256 == DIGEST
    hub.content = CONTENT + b"!"
    with pytest.raises(ModelError, match=r"the hub has other bytes than expected as model-q4\.gguf of some-org/some-"):
        fetch_model(tmp_path / "two", "tiny", known={"tiny": TINY}, endpoint=hub.url)
    assert hub.asked == ["bytes=0-"]


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (404, "RepoNotFound", ModelMissingError, "the hub has no model-q4.gguf of some-org/some-repo"),
        (404, "EntryNotFound", ModelMissingError, "the hub has no model-q4.gguf of some-org/some-repo"),
        (403, "GatedRepo", ModelMissingError, "only to those who accepted its terms"),
        (500, "", ModelError, "does not give model-q4.gguf of some-org/some-repo: HTTP 500"),
    ],
)
def test_a_refusal_of_the_hub_is_one_sentence(
    hub: Hub, tmp_path: Path, status: int, code: str, kind: type[ModelError], words: str
) -> None:
    """What the hub has not, or does not give us, is told apart from a hub in trouble."""
    hub.status, hub.error = status, code
    with pytest.raises(kind, match=words) as failed:
        fetch_model(tmp_path, NAME, endpoint=hub.url)
    assert type(failed.value) is kind


def test_a_hub_out_of_reach_is_one_sentence(tmp_path: Path) -> None:
    """Where nobody listens, the error says so."""
    with pytest.raises(ModelError, match=r"the hub cannot be reached for model-q4\.gguf of some-org/some-repo"):
        fetch_model(tmp_path, NAME, endpoint="http://127.0.0.1:9")
