"""`python -m eval.load`."""

import typer

from eval.load.command import main

if __name__ == "__main__":
    typer.run(main)
