"""The file of kept answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import NotFoundError, StoreError
from rag.store.answers import KeptAnswers


def test_answers_come_back_by_their_id(tmp_path: Path) -> None:
    """Also after the file was closed, and from another connection; a later one of the same id takes its place."""
    kept, other = (KeptAnswers(tmp_path / "answers.sqlite", limit=10) for _ in range(2))
    kept.keep("chatcmpl-甲", '{"content":"新增学位3600个。"}')
    assert other.get("chatcmpl-甲") == '{"content":"新增学位3600个。"}'
    other.keep("chatcmpl-甲", '{"content":"\U00020bb7林区"}')
    kept.close()
    assert kept.get("chatcmpl-甲") == '{"content":"\U00020bb7林区"}'
    kept.close()
    other.close()


def test_the_oldest_go_first(tmp_path: Path) -> None:
    """No more than the limit are kept, counting what was kept again as new."""
    kept = KeptAnswers(tmp_path / "answers.sqlite", limit=3)
    for name in ("甲", "乙", "丙", "甲", "丁"):
        kept.keep(name, name)
    assert [kept.get(name) for name in "丙甲丁"] == ["丙", "甲", "丁"]
    with pytest.raises(NotFoundError, match="no answer '乙' is kept; the latest 3 are"):
        kept.get("乙")
    kept.close()


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    """The file comes to be with the first answer, and one that is no such file is an error that names it."""
    path = tmp_path / "answers.sqlite"
    kept = KeptAnswers(path, limit=3)
    with pytest.raises(NotFoundError):
        kept.get("甲")
    assert not path.exists()
    path.write_text("这不是数据库" * 1000, encoding="utf-8")
    with pytest.raises(StoreError, match=r"file of kept answers .*answers\.sqlite is damaged .*: delete it"):
        kept.get("甲")
    kept.close()


def test_several_are_kept_at_once(tmp_path: Path) -> None:
    """In their order, in place of earlier ones, and no more than the limit; none are none."""
    kept = KeptAnswers(tmp_path / "answers.sqlite", limit=3)
    kept.keep_all({})
    kept.keep("甲", "旧")
    kept.keep_all({"乙": "2", "甲": "新", "丙": "3", "丁": "4"})
    assert [kept.get(name) for name in "甲丙丁"] == ["新", "3", "4"]
    with pytest.raises(NotFoundError):
        kept.get("乙")
    kept.close()
