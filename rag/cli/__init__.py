"""The command line: `jushi ask`, `ingest`, `serve` and the rest."""

from rag.cli.run import main

__all__ = ["main"]
