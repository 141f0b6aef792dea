"""graphbench: how much faster is a graph library on your graph, are the answers the same, where does the time go?"""

from graphbench._version import __version__

__all__ = ["__version__"]
