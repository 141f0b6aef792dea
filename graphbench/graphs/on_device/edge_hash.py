"""Hashes of edges: weights, checksums and samples that do not depend on the order of edges or on partitions.

An edge is a *key*, `first end << 32 | second end` in int64. All functions accept NumPy and CuPy arrays.
"""

from __future__ import annotations

from typing import Any

from graphbench.system.lazy import np

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


def hash64(keys: Any, salt: int) -> Any:
    """A 64-bit hash of each int64 key, uint64; another salt gives an independent hash.

    The output function of SplitMix64 (Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014).
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
    """A sum modulo 2^64 that is independent of order and adds up over parts."""
    return int(hash64(keys, 0).sum(dtype=np.uint64)) if len(keys) else 0


def weights(keys: Any, seed: int, low: int = 1, high: int = 255) -> Any:
    """Integer weights from low to high, float64, that depend on the edge and the seed alone."""
    bits = hash64(hash64(keys, 1).astype(np.int64), seed + 2)
    return (bits % np.uint64(high - low + 1)).astype(np.float64) + float(low)
