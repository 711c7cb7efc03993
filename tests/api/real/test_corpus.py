"""Articles listed, stored and removed over HTTP, on a real store."""

from __future__ import annotations

import gzip
import json
import lzma
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.config import Settings

ASK = {"model": "jushi", "messages": [{"role": "user", "content": "临河区普惠性幼儿园覆盖率是多少？"}]}
HOLDER = """
import sys
from pathlib import Path
from rag.store.lock import WriterLock
with WriterLock(Path(sys.argv[1]), timeout=5).held():
    print("held", flush=True)
    sys.stdin.readline()
"""


def store(http: httpx.Client, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    response = http.post("/v1/documents", json={"documents": documents})
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["results"]
    return rows


def upload(http: httpx.Client, *files: tuple[str, bytes]) -> httpx.Response:
    return http.post("/v1/documents", files=[("files", (name, data)) for name, data in files])


def ids(http: httpx.Client, **query: Any) -> list[str]:
    return [row["id"] for row in http.get("/v1/documents", params=query).json()["data"]]


def test_what_is_stored_is_answered_from_at_once_and_removed_at_once(http: httpx.Client, linhe: str) -> None:
    """An article added over HTTP is cited by the next answer; once removed, it is 404 and cited no more."""
    (row,) = store(http, {"text": linhe, "id": "linhe", "publisher": "临河区教育局", "published": "2024-03-05"})
    assert (row["status"], row["id"], row["passages"], row["error"]) == ("added", "linhe", 1, None)
    answer = http.post("/v1/chat/completions", json=ASK).json()["choices"][0]["message"]["jushi"]
    assert (answer["status"], answer["citations"][0]["article_id"]) == ("answered", "linhe")
    assert "91.5%" in answer["citations"][0]["quote"]
    gone = http.delete("/v1/documents/linhe")
    assert gone.json() == {"id": "linhe", "object": "document.deleted", "deleted": True}
    again = http.delete("/v1/documents/linhe")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "not_found")
    assert http.get("/v1/documents/linhe").status_code == 404
    refused = http.post("/v1/chat/completions", json=ASK).json()["choices"][0]["message"]["jushi"]
    assert refused["refusal"]["reason"] == "empty_store"


def test_the_same_again_is_unchanged_and_other_content_a_revision(http: httpx.Client, linhe: str) -> None:
    """A request may be repeated; under one id, new content is a new revision and the old one stays readable."""
    (first,) = store(http, {"text": linhe, "id": "linhe"})
    (same,) = store(http, {"text": linhe, "id": "linhe"})
    (second,) = store(http, {"text": linhe.replace("91.5", "93.1"), "id": "linhe"})
    assert (same["status"], same["revision"]) == ("unchanged", first["revision"])
    assert second["status"] == "revised"
    document = http.get("/v1/documents/linhe").json()
    assert document["revisions"] == [first["revision"], second["revision"]]
    assert document["revision"] == second["revision"]
    old = http.get("/v1/documents/linhe/source", params={"revision": first["revision"]}).json()
    assert "91.5%" in old["source"]


def test_results_tell_what_was_mended_and_left_out(http: httpx.Client) -> None:
    """Repairs come by kind, what is not main text by reason with its size, for the result and for the article."""
    page = (
        "<html><body><nav><a href='/a'>首页</a> | <a href='/b'>教育</a> | <a href='/c'>社会</a></nav>"
        "<h1>义務(wù)教育招生通知</h1><p>今年义務(wù)教育阶段招生工作已经开始，报名从七月一日开始，到七月五日结束。</p>"
        "<p>适龄儿童的监护人应当在规定的时间内办理登记手续，并提交户口簿和房产证明。</p></body></html>"
    )
    (row,) = store(http, {"html": page, "id": "notice"})
    assert {repair["kind"]: repair["count"] for repair in row["repairs"]}["pinyin"] >= 1
    assert sum(part["characters"] for part in row["removed"]) >= len("首页教育社会")
    document = http.get("/v1/documents/notice").json()
    assert (document["repairs"], document["removed"]) == (row["repairs"], row["removed"])
    listed = http.get("/v1/documents").json()["data"][0]
    assert listed["repaired"] == document["repaired"] == sum(repair["count"] for repair in row["repairs"])


def test_what_makes_no_sense_is_rejected_in_its_place_and_the_rest_is_stored(http: httpx.Client, linhe: str) -> None:
    """Rows come in the order of the documents; each rejected one says why."""
    rows = store(
        http,
        {"text": "", "html": None},
        {"text": linhe, "id": "linhe"},
        {"text": "甲", "html": "乙"},
        {"text": linhe, "url": "ftp://a.example/b"},
        {"text": "？！", "id": "marks"},
        {"text": linhe, "id": "../x"},
    )
    assert [row["status"] for row in rows] == ["rejected", "added", *["rejected"] * 4]
    assert [row["name"] for row in rows] == [
        "documents[0]",
        "linhe",
        "documents[2]",
        "ftp://a.example/b",
        "marks",
        "../x",
    ]
    assert "found none of the fields" in rows[0]["error"] or "empty" in rows[0]["error"]
    assert "found text and html of the fields" in rows[2]["error"]
    assert "http" in rows[3]["error"]
    assert "no article text" in rows[4]["error"]
    assert "letters, digits" in rows[5]["error"]
    assert ids(http) == ["linhe"]


def test_the_list_is_paged_filtered_and_searched_in_either_script(
    http: httpx.Client, linhe: str, donggang: str
) -> None:
    """Latest day first, no day last, then by id; `q` looks at title, name, id and address whatever the script."""
    store(
        http,
        {"text": linhe, "id": "b", "published": "2024-03-05", "publisher": "临河区教育局", "name": "通報/幼兒園.txt"},
        {"text": donggang, "id": "a", "published": "2024-03-05", "publisher": "东港市教育局", "title": "集团化办学"},
        {"text": "博物馆新馆收藏文物6.8万件，其中青铜器1200余件。", "id": "c", "title": "新馆开放"},
        {
            "text": "滨水路今年改造，工期两个月。",
            "id": "d",
            "published": "2025-01-01",
            "url": "https://x.example/RoadWorks",
        },
    )
    assert ids(http) == ["d", "a", "b", "c"]
    page = http.get("/v1/documents", params={"limit": 2, "offset": 1}).json()
    assert ([row["id"] for row in page["data"]], page["total"], page["has_more"]) == (["a", "b"], 4, True)
    assert http.get("/v1/documents", params={"limit": 2, "offset": 2}).json()["has_more"] is False
    assert ids(http, q="幼儿园") == ["b"]
    assert ids(http, q="集團化") == ["a"]
    assert ids(http, q="roadworks") == ["d"]
    assert ids(http, q="没有的") == []
    assert ids(http, publisher="临河区教育局") == ["b"]
    assert ids(http, since="2024-03-05", until="2024-12-31") == ["a", "b"]
    row = http.get("/v1/documents", params={"q": "集团化"}).json()["data"][0]
    assert (row["name"], row["publisher"], row["published_at"]) == ("a", "东港市教育局", "2024-03-05")
    assert (row["passages"], row["reprints"], row["searched"]) == (1, 0, True)
    named = http.get("/v1/publishers").json()["data"]
    assert named == [{"name": "东港市教育局", "articles": 1}, {"name": "临河区教育局", "articles": 1}]
    assert http.get("/v1/documents", params={"since": "昨天"}).status_code == 400
    assert http.get("/v1/documents", params={"limit": 0}).status_code == 400


def test_reprints_are_listed_beside_an_article(http: httpx.Client, linhe: str) -> None:
    """Of two copies of one story one is searched; each names the other."""
    rows = store(http, {"text": linhe, "id": "one"}, {"text": linhe + "\n来源：临河日报", "id": "two"})
    assert [row["reprint"] for row in rows] == [False, True]
    document = http.get("/v1/documents/one").json()
    assert [twin["article_id"] for twin in document["reprints"]] == ["two"]
    listed = {row["id"]: row for row in http.get("/v1/documents").json()["data"]}
    assert {key: (row["searched"], row["reprints"]) for key, row in listed.items()} == {
        "one": (True, 1),
        "two": (False, 1),
    }


def test_files_of_a_form_are_read_by_their_kind(http: httpx.Client, linhe: str, donggang: str) -> None:
    """Text, a page in GB2312, lines of JSON and an empty file in one form; names of any sort are only names."""
    page = f"<html><head><meta charset=gb2312></head><body><h1>集团化办学</h1><p>{donggang}</p></body></html>"
    lines = json.dumps({"text": "滨水路今年改造，工期两个月。", "id": "road"}, ensure_ascii=False) + "\n{\n"
    response = upload(
        http,
        ("../../etc/通报.txt", linhe.encode()),
        ("C:\\pages\\..\\集团.html", page.encode("gb18030")),
        ("路.jsonl", lines.encode()),
        ("空.txt", b""),
        ("run.exe", b"MZ"),
    )
    rows = response.json()["results"]
    assert [(row["name"], row["status"]) for row in rows] == [
        ("etc/通报.txt", "added"),
        ("集团.html", "added"),
        ("路.jsonl:1", "added"),
        ("路.jsonl:2", "rejected"),
        ("空.txt", "rejected"),
        ("run.exe", "rejected"),
    ]
    assert "expected .txt" in rows[5]["error"]
    assert rows[2]["id"] == "road"
    assert "46所" in http.get(f"/v1/documents/{rows[1]['id']}/source").json()["source"]
    again = upload(http, ("etc/通报.txt", linhe.replace("91.5", "93.1").encode())).json()["results"][0]
    assert (again["status"], again["id"]) == ("revised", rows[0]["id"])


def test_two_files_of_one_name_are_not_made_one_article(http: httpx.Client, linhe: str, donggang: str) -> None:
    """The second is rejected and named, instead of hiding the first as its revision."""
    rows = upload(http, ("a.txt", linhe.encode()), ("./a.txt", donggang.encode())).json()["results"]
    assert [row["status"] for row in rows] == ["added", "rejected"]
    assert "same name" in rows[1]["error"]


def test_names_that_are_not_utf8_are_read_as_gb2312(http: httpx.Client, linhe: str) -> None:
    """An old client sends the bytes of its system's encoding."""
    body = b'--x\r\ncontent-disposition: form-data; name="files"; filename="' + "通报.txt".encode("gb2312")
    body += b'"\r\n\r\n' + linhe.encode() + b"\r\n--x--\r\n"
    response = http.post("/v1/documents", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert response.json()["results"][0]["name"] == "通报.txt"


@pytest.mark.parametrize("limits", [{"max_upload_bytes": 3_000_000, "max_document_bytes": 100_000}])
def test_files_that_unpack_to_too_much_are_rejected(
    http: httpx.Client, finish: Callable[[str], dict[str, Any]], limits: dict[str, Any]
) -> None:
    """A document over its limit, and lines that together unpack beyond the limit, end there; the rest is stored."""
    line = json.dumps({"text": "滨水路今年改造，工期两个月。", "id": "road"}, ensure_ascii=False).encode() + b"\n"
    response = upload(
        http,
        ("大.txt.gz", gzip.compress("长".encode() * 100_000)),
        ("弹.jsonl.xz", lzma.compress(line + b" " * 99_000 + (b"\n" + b" " * 99_000) * 60)),
        ("断.txt.gz", gzip.compress("今年招生。".encode() * 1000)[:-30]),
        ("断.txt.xz", lzma.compress("今年招生。".encode() * 1000)[:-30]),
    )
    assert response.status_code == 202
    job = finish(response.headers["location"])
    assert job["status"] == "done", job
    rows = job["results"]
    by_name = {row["name"]: row for row in rows}
    assert "more than 100000 bytes" in by_name["大.txt.gz"]["error"]
    assert by_name["弹.jsonl.xz:1"]["status"] == "added"
    (cut,) = (row for name, row in by_name.items() if name.startswith("弹") and row["status"] == "rejected")
    assert "max_upload_bytes" in cut["error"]
    assert {by_name[name]["status"] for name in ("断.txt.gz", "断.txt.xz")} == {"rejected"}
    assert ids(http) == ["road"]


@pytest.mark.parametrize("limits", [{"max_upload_bytes": 50_000, "max_body_bytes": 2_000}])
def test_bodies_over_their_limit_are_413(http: httpx.Client, limits: dict[str, Any]) -> None:
    """JSON has the limit of every body, a form its own, whether it says its size or not."""
    assert http.post("/v1/documents", json={"documents": [{"text": "长" * 3_000}]}).status_code == 413
    assert upload(http, ("a.txt", "临河区新建幼儿园。".encode() * 500)).status_code == 200
    assert upload(http, ("a.txt", b"x" * 60_000)).status_code == 413
    chunks = [b'--x\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n', *[b"y" * 9_000] * 9]
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = http.post("/v1/documents", content=iter(chunks), headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


FORM = "multipart/form-data; boundary=x"
PART = b"--x\r\ncontent-disposition: form-data; name="


@pytest.mark.parametrize(
    ("body", "kind", "param"),
    [
        (b"{", "application/json", None),
        (b"[]", "application/json", None),
        (b'{"documents": []}', "application/json", "documents"),
        (b'{"documents": [{"tekst": "a"}]}', "application/json", "documents[0].tekst"),
        (b'{"documents": [{"text": 7}]}', "application/json", "documents[0].text"),
        (b'{"documents": [{"text": "\\ud800"}]}', "application/json", None),
        (b"\xff\xfe", "application/json", None),
        (b"x", "text/plain", None),
        (b"x", "multipart/form-data", None),
        (b"--x--\r\n", FORM, "files"),
        (PART + b'"files"\r\n\r\na\r\n--x--\r\n', FORM, "files"),
        (PART + b'"f"; filename="a.txt"\r\n\r\na\r\n--x--\r\n', FORM, "files"),
    ],
)
def test_bodies_that_hold_no_documents_are_400(http: httpx.Client, body: bytes, kind: str, param: str | None) -> None:
    """Neither JSON nor a form of files: one sentence, and the field where there is one."""
    response = http.post("/v1/documents", content=body, headers={"content-type": kind})
    assert (response.status_code, response.json()["error"]["param"]) == (400, param), response.text


def test_another_writer_is_waited_for_and_then_reported(http: httpx.Client, settings: Settings, linhe: str) -> None:
    """While another process writes, reading goes on and writing is 503 with Retry-After; afterwards all is well."""
    store(http, {"text": linhe, "id": "linhe"})
    command = [sys.executable, "-c", HOLDER, str(settings.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        answers: dict[str, httpx.Response] = {}

        def write(name: str, request: Callable[[], httpx.Response]) -> None:
            answers[name] = request()

        writes = {
            "store": lambda: http.post("/v1/documents", json={"documents": [{"text": "滨水路今年改造。", "id": "d"}]}),
            "remove": lambda: http.delete("/v1/documents/linhe"),
        }
        threads = [threading.Thread(target=write, args=item) for item in writes.items()]
        for thread in threads:
            thread.start()
        asked = http.post("/v1/chat/completions", json=ASK).json()["choices"][0]["message"]["jushi"]
        assert asked["status"] == "answered"
        for thread in threads:
            thread.join()
        for response in answers.values():
            assert (response.status_code, response.headers["retry-after"]) == (503, "1")
            assert response.json()["error"]["code"] == "store_busy"
            assert "writing to" in response.json()["error"]["message"]
        holder.communicate(b"\n")
    assert store(http, {"text": "滨水路今年改造，工期两个月。", "id": "d"})[0]["status"] == "added"
    assert http.delete("/v1/documents/linhe").status_code == 200


def test_questions_are_answered_while_articles_come_in(http: httpx.Client, linhe: str) -> None:
    """Answers go on under an ingest, each from one generation, and none fails."""
    store(http, {"text": linhe, "id": "linhe"})
    texts = [
        f"第{at}号通知：第{at}中学今年招收新生{100 + at}人，比去年增加{at}人。报名地点在第{at}中学。"
        for at in range(120)
    ]
    location = http.post(
        "/v1/documents", json={"documents": [{"text": text, "id": f"n{at}"} for at, text in enumerate(texts)]}
    ).headers["location"]
    seen: set[int] = set()
    while True:
        answer = http.post("/v1/chat/completions", json=ASK).json()["choices"][0]["message"]["jushi"]
        assert (answer["status"], answer["citations"][0]["article_id"]) == ("answered", "linhe")
        seen.add(answer["trace"]["generation"])
        job = http.get(location).json()
        assert job["done"] <= job["total"]
        if job["status"] == "done":
            break
    assert (job["done"], job["total"], len(job["results"])) == (120, 120, 120)
    assert len(seen) > 1
    assert http.get("/v1/documents").json()["total"] == 121
