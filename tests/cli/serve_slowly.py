"""`jushi` with `slow_model.py` for the process of its local model; the rest is as it is."""

from __future__ import annotations

import sys
from pathlib import Path

import rag.llm.local
import rag.wiring
from rag.cli import main
from rag.llm.weights import LocalModel

_SLOW = Path(__file__).with_name("slow_model.py")

if __name__ == "__main__":
    rag.llm.local._SCRIPT = _SLOW
    rag.llm.local.can_run_models = lambda: True
    rag.wiring.find_model = lambda _cache, name: LocalModel(name=name, path=_SLOW, size=1, sha256="")
    main(sys.argv[1:])
