"""A lock on a file against other processes: it ends with the process, however that ends."""

from __future__ import annotations

from typing import BinaryIO


def locked(file: BinaryIO) -> bool:
    """Take the lock if it is free, without waiting.

    Returns:
        Whether it was.

    Raises:
        OSError: if the file system knows no locks.
    """
    import fcntl  # here, because not every system has it

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
