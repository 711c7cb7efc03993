"""`python -m rag.cli`, the same as `jushi`."""

from rag.cli.run import main

if __name__ == "__main__":
    main()
