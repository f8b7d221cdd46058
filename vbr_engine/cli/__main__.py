"""`python -m vbr_engine.cli`, where the `vbr` command is not on the path."""

from vbr_engine.cli import main

if __name__ == "__main__":
    main()
