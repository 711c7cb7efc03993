"""`python -m eval`, the same as `jushi eval`."""

import sys

from eval.command import app
from rag.cli.run import leave

if __name__ == "__main__":
    leave(lambda: app, sys.argv[1:], prog="python -m eval")
