"""Stands in for the process that runs a model: the same protocol on stdin and stdout, and a server without a model.

Run as `stand_in.py MODE FILE`; MODE is how it behaves, and each start appends its process id to FILE.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    """Answers with its order unless it hangs; /crash ends it, /hang makes it hang, /waiting tells how threads wait."""

    hanging = False
    order = b""

    def do_GET(self) -> None:
        if self.path == "/crash":
            os._exit(11)
        if self.path == "/hang":
            _Handler.hanging = True
        elif _Handler.hanging:
            time.sleep(600)
        self.send_response(200)
        self.end_headers()
        waiting = os.environ.get("OMP_WAIT_POLICY", "").encode()
        self.wfile.write(waiting if self.path == "/waiting" else _Handler.order)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def leave_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    mode, starts = sys.argv[1], Path(sys.argv[2])
    with starts.open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    _Handler.order = sys.stdin.buffer.readline()
    sys.stderr.write("this goes to the log\n")
    sys.stderr.flush()
    if mode == "dies":
        sys.exit(3)
    if mode == "refuses":
        sys.stdout.write(json.dumps({"error": "ValueError: bad magic"}) + "\n")
        sys.exit(0)
    if mode != "stubborn":
        threading.Thread(target=leave_with_parent, daemon=True).start()
    if mode == "silent":
        time.sleep(600)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}) + "\n")
    sys.stdout.flush()
    server.serve_forever()
