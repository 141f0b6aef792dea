"""`python -m graphbench.profile SCRIPT.py`: `graphbench profile`. Imported, it is the context manager itself."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from graphbench.cli import main

    main(["profile", *sys.argv[1:]])
else:
    # `import graphbench.profile` binds what is in sys.modules as graphbench.profile: it must stay the context manager
    # (a module may replace itself there: https://docs.python.org/3/reference/import.html#loading).
    from graphbench.advice.profile.block import profile

    sys.modules[__name__] = profile  # type: ignore[assignment]
