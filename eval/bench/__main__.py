"""`python -m eval.bench`, the same as `jushi eval bench`."""

import sys

from eval.bench.command import app
from rag.cli.run import leave

if __name__ == "__main__":
    leave(lambda: app, sys.argv[1:], prog="python -m eval.bench")
