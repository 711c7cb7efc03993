"""Stands in for the process of a local model: its pipes as they are, and a reply that takes its time.

SLOW_REPLY is what it writes, SLOW_SECONDS how long it takes; its process id goes to the file SLOW_PID.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

REPLY, SECONDS = os.environ["SLOW_REPLY"], float(os.environ["SLOW_SECONDS"])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        warming = body.get("max_tokens", body.get("max_completion_tokens")) == 1
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for character in REPLY[:1] if warming else REPLY:
            time.sleep(0 if warming else SECONDS / len(REPLY))
            self._chunk(content=character)
        self._chunk(finish="stop")
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _chunk(self, finish: str | None = None, **delta: Any) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "slow", "choices": [choice]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def _leave_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.stdin.buffer.readline()
    unfinished = Path(os.environ["SLOW_PID"] + ".new")
    unfinished.write_text(str(os.getpid()), encoding="ascii")
    unfinished.replace(os.environ["SLOW_PID"])
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}) + "\n")
    sys.stdout.flush()
    server.serve_forever()
