"""Numbers that an edge determines: weights, checksums and choices that no order and no partition changes.

An edge is a *key*, `first end << 32 | second end` in int64. All functions take NumPy's arrays and CuPy's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def pack(first: Any, second: Any) -> Any:
    """Keys of edges, int64, from ids below 2^31."""
    keys = first.astype(np.int64)
    keys <<= 32
    keys |= second
    return keys


def unpack(keys: Any, dtype: Any) -> tuple[Any, Any]:
    """The ends of edges."""
    return (keys >> 32).astype(dtype), (keys & 0xFFFFFFFF).astype(dtype)


def mixed(keys: Any, salt: int) -> Any:
    """64 random-looking bits for each key, uint64.

    The output function of SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014).

    Args:
        keys: int64.
        salt: another one gives other bits.
    """
    bits = keys.astype(np.uint64)
    bits += np.uint64((_GOLDEN * (salt + 1)) % 2**64)
    bits ^= bits >> np.uint64(30)
    bits *= _FIRST
    bits ^= bits >> np.uint64(27)
    bits *= _SECOND
    bits ^= bits >> np.uint64(31)
    return bits


def checksum(keys: Any) -> int:
    """A sum modulo 2^64 that is the same in any order, and adds up over parts."""
    return int(mixed(keys, 0).sum(dtype=np.uint64)) if len(keys) else 0


def weights(keys: Any, seed: int, low: int = 1, high: int = 255) -> Any:
    """Whole numbers from low to high, float64, that depend on the edge and the seed alone."""
    bits = mixed(mixed(keys, 1).astype(np.int64), seed + 2)
    return (bits % np.uint64(high - low + 1)).astype(np.float64) + float(low)
