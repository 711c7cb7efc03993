"""Run the measure of noise twins."""

from eval.noise.command import app

if __name__ == "__main__":
    app()
