"""Question answering of CRUD-RAG (Lyu et al. 2024): questions about one, two or three news articles.

The file is a JSON object; the lists under `questanswer_1doc`, `questanswer_2docs` and `questanswer_3docs` hold
`{"ID", "event", "news1", "news2", …, "questions", "answers"}`. Other tasks in the file are passed over.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.bench.items import Document, Item, OpenSet
from rag.errors import InputError

_TASK = "questanswer_"
_NEWS = re.compile(r"news\d*")
_FILE = TypeAdapter(dict[str, Any])
_ROWS = TypeAdapter(list[dict[str, str | int | None]])


def load_crud(path: Path) -> OpenSet:
    """Read the question answering tasks. Article ids are `ID-1`, `ID-2`, …; an id that comes again gets a number.

    Raises:
        InputError: the file is not of this shape; the message names the task, the row and the field.
    """
    try:
        tasks = {
            name: _ROWS.validate_python(rows)
            for name, rows in _FILE.validate_json(path.read_bytes()).items()
            if name.startswith(_TASK)
        }
    except (OSError, ValidationError) as error:
        said = error.errors(include_url=False)[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise InputError(f"{path} is not a file of CRUD-RAG: {said}") from error
    if not tasks:
        raise InputError(f"{path} has no task {_TASK}1doc, {_TASK}2docs or {_TASK}3docs")
    documents: list[Document] = []
    items: dict[str, Item] = {}
    for task, rows in tasks.items():
        for at, row in enumerate(rows):
            where = f"{path}, {task}[{at}]"
            item_id = _fresh(re.sub(r"[^\w.:-]", "_", _text(row, "ID", where))[:100], items)
            texts = [str(row[name]) for name in sorted(row) if _NEWS.fullmatch(name) and row[name]]
            if not texts:
                raise InputError(f"{where} has no article; expected news1", field="news1")
            given = [Document(article_id=f"{item_id}-{n}", text=text) for n, text in enumerate(texts, start=1)]
            documents += given
            items[item_id] = Item(
                item_id=item_id,
                question=_text(row, "questions", where),
                facts=((_text(row, "answers", where),),),
                gold=tuple(document.article_id for document in given),
            )
    return OpenSet(documents=tuple(documents), items=tuple(items.values()), prose=True)


def _text(row: dict[str, str | int | None], field: str, where: str) -> str:
    value = str(row.get(field) or "").strip()
    if not value:
        raise InputError(f"{where} has no {field}", field=field)
    return value


def _fresh(item_id: str, known: dict[str, Item]) -> str:
    """The id, with a number when it is taken: one event may be asked about in several tasks."""
    number = 1
    fresh = item_id
    while fresh in known:
        number += 1
        fresh = f"{item_id}.{number}"
    return fresh
