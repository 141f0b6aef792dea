"""`python -m graphbench` is `graphbench`."""

from graphbench.cli import main

if __name__ == "__main__":
    main()
