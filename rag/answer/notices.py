"""Lines for the reader on how a question was understood."""

from __future__ import annotations

from rag.search.plan import Plan
from rag.text.script import language, to_traditional

_TAKEN_FOR = "问题中的“{was}”按“{now}”理解"


def respelt_notice(plan: Plan) -> str:
    """Which words of the question were taken for others of the same sound, in its script; empty where none were."""
    if not plan.respelt:
        return ""
    line = "，".join(_TAKEN_FOR.format(was=was, now=now) for was, now in plan.respelt.items()) + "。"
    return to_traditional(line) if language(plan.text) == "zh-Hant" else line
