"""The process that runs a local language model: started by `rag.llm.local`, gone as soon as that is gone.

It is run as a script of its own and imports nothing of this package, so that only the model takes memory. One JSON
object comes in on the first line of stdin: `model` (path), `alias`, `key`, `threads`, `context`, `parallel`. One goes
out on stdout: `{"url": …}` when the model can be asked, or `{"error": …}`. After that stdin is only watched for its
end, which comes when the parent closes it or dies in whatever way. What llama.cpp says goes to stderr.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import TypedDict

import xllamacpp

_BATCH = 2048
_MICRO_BATCH = 512  # tokens read in one step; larger ones bring nothing on CPUs
_KEPT_PROMPTS = 512  # MiB for states of earlier prompts, so that one that comes back need not be read again
_WARNINGS = 2  # llama.cpp's scale: below the lines it writes for each request


class _Order(TypedDict):
    model: str
    alias: str
    key: str
    threads: int
    context: int
    parallel: int


def _parameters(order: _Order) -> xllamacpp.CommonParams:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = order["model"]
    parameters.model_alias = {order["alias"]}
    parameters.api_keys = [order["key"]]
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0  # any free one
    parameters.offline = True
    parameters.ui = False
    parameters.endpoint_slots = False  # would show the prompts of others
    parameters.n_gpu_layers = 0
    parameters.cpuparams.n_threads = order["threads"]
    parameters.cpuparams_batch.n_threads = order["threads"]
    parameters.n_parallel = order["parallel"]
    parameters.n_ctx = order["context"] * order["parallel"]
    parameters.n_batch = _BATCH
    parameters.n_ubatch = _MICRO_BATCH
    parameters.cache_prompt = True
    parameters.cache_ram_mib = _KEPT_PROMPTS
    parameters.verbosity = _WARNINGS
    return parameters


def _leave_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(0)  # nothing is worth saving, and a thread of llama.cpp may be in the middle of a long computation


def main() -> None:
    """Serve the ordered model until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then closes stdin
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # llama.cpp also writes to stdout
    order: _Order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        server = xllamacpp.Server(_parameters(order))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        _answer(answers, {"error": f"{type(error).__name__}: {error}"})
        return
    _answer(answers, {"url": server.listening_address})
    threading.Event().wait()


def _answer(answers: int, message: dict[str, str]) -> None:
    os.write(answers, json.dumps(message).encode() + b"\n")
    os.close(answers)


if __name__ == "__main__":
    main()
