"""`python -m graphbench.profile SCRIPT.py [ARGS]`: `graphbench profile`. In Python it is `graphbench.profile()`."""

from __future__ import annotations

if __name__ == "__main__":
    import sys

    from graphbench.cli import main

    main(["profile", *sys.argv[1:]])
