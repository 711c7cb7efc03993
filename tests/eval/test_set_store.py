"""A set's articles are indexed once, and again only when something they depend on has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.cases import CaseSet, load_cases
from eval.set_store import articles_of, open_set, set_name, source_paths
from rag.errors import InputError
from rag.starter import starter_folder

FIRST = {"id": "lake", "title": "云湖水位", "text": "云湖的水位昨天是14.2米，比前一天高。湖边的步道照常开放。"}
SECOND = {"id": "lake", "title": "云湖水位", "text": "云湖的水位昨天是14.6米，此前公布的数字有误。湖边的步道照常开放。"}


def made_set(folder: Path, *sources: str) -> CaseSet:
    header = {"set": "small", "version": 1, "sources": sources}
    (folder / "set.jsonl").write_text(json.dumps(header), encoding="utf-8")
    return load_cases(folder / "set.jsonl")


def write(path: Path, record: dict[str, str]) -> None:
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def test_a_later_source_supersedes_an_earlier_one(tmp_path: Path) -> None:
    """Sources go in in their order, so that the second record of an id is the current one and the first is kept."""
    write(tmp_path / "a-later.jsonl", SECOND)
    write(tmp_path / "z-earlier.jsonl", FIRST)
    engine = open_set(made_set(tmp_path, "z-earlier.jsonl", "a-later.jsonl"), tmp_path / "stores")
    articles = articles_of(engine)
    with engine.store.snapshot() as snapshot:
        revisions = [snapshot.article("lake", revision).text for revision in snapshot.revisions("lake")]
    engine.close()
    assert list(articles) == ["a-later.jsonl:1"]
    assert "14.6米" in articles["a-later.jsonl:1"].text
    assert ["14.2米" in text for text in revisions] == [True, False]


def test_a_store_is_used_again_until_a_source_changes(tmp_path: Path) -> None:
    """The same set opens the same folder at the same generation; other articles make another folder."""
    write(tmp_path / "lake.jsonl", FIRST)
    small = made_set(tmp_path, "lake.jsonl")
    opened = []
    for _ in range(2):
        engine = open_set(small, tmp_path / "stores")
        with engine.store.snapshot() as snapshot:
            opened.append((engine.settings.data, snapshot.generation))
        engine.close()
    write(tmp_path / "lake.jsonl", SECOND)
    engine = open_set(small, tmp_path / "stores")
    changed = engine.settings.data
    engine.close()
    assert opened[0] == opened[1]
    assert changed != opened[0][0]
    assert sorted(path.name for path in (tmp_path / "stores").iterdir()) == sorted([changed.name, opened[0][0].name])


def test_an_interrupted_ingest_is_taken_up_again(tmp_path: Path) -> None:
    """A folder without the mark that it is complete is ingested into, not trusted."""
    write(tmp_path / "lake.jsonl", FIRST)
    small = made_set(tmp_path, "lake.jsonl")
    engine = open_set(small, tmp_path / "stores")
    engine.store.remove(["lake"])
    (engine.settings.data / "ingested").unlink()
    engine.close()
    engine = open_set(small, tmp_path / "stores")
    names = list(articles_of(engine))
    engine.close()
    assert names == ["lake.jsonl:1"]


def test_seeds_are_the_starter_articles_wherever_they_are(tmp_path: Path) -> None:
    """The name `seeds` does not depend on where the set lies; other paths start at its folder."""
    (tmp_path / "more").mkdir()
    assert source_paths(made_set(tmp_path, "seeds", "more")) == [starter_folder(), tmp_path / "more"]


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    """The message names the set, the source and the folder it was looked for in."""
    with pytest.raises(InputError, match=f"set small: there is no source 'gone.jsonl' in {tmp_path}"):
        source_paths(made_set(tmp_path, "gone.jsonl"))


def test_an_article_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A set over fewer articles than it says would measure something else."""
    (tmp_path / "bad.jsonl").write_text('{"title": "没有正文"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.jsonl.* was not read: found none of the fields"):
        open_set(made_set(tmp_path, "bad.jsonl"), tmp_path / "stores")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """A set could not say which of them it means."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lake.txt").write_text(f"{folder}：云湖的水位昨天是14.2米。", encoding="utf-8")
    with pytest.raises(InputError, match=r"two files of the sources are called lake\.txt"):
        open_set(made_set(tmp_path, "one", "two"), tmp_path / "stores")


@pytest.mark.parametrize("name", ["/data/seeds/briefs.jsonl:3", "C:\\seeds\\briefs.jsonl:3", "briefs.jsonl:3"])
def test_articles_are_named_without_folders(name: str) -> None:
    """The same article has the same name on every machine."""
    assert set_name(name) == "briefs.jsonl:3"
