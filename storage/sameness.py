"""Near-duplicate texts: a text that another address had before is a repost, never an independent source.

Texts are compared by their MinHash, of six neighbouring characters each; candidates are texts that share a band of it.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from copy import copy
from datetime import date
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

#: Characters taken together: about a word, or three to six words of Chinese.
_SHINGLE = 6
#: Permutations: the estimate of the overlap is then off by 0.05 as a rule.
_PERMUTATIONS = 64
#: Eight bands of four: of texts that share four fifths 98 in 100 share a band, of those that share a third 9.
_BANDS, _ROWS = 8, 4
#: Overlap from which a text is a repost: with a line of its own before and after, and the last fifth cut off, a text
#: still has 0.8; two reports of one announcement have up to 0.45.
_REPOST = 0.75
#: Shingles that are permuted together: the library's arrays then stay below the 128 KB from where on the allocator
#: asks the system for fresh pages every time, which costs three to six times as much.
_AT_ONCE = 400
#: Shorter texts are alike by chance.
_LEAST = 60
#: Of longer texts (annual reports) the beginning tells.
_MOST = 20_000


def sketch_of(text: str) -> bytes | None:
    """The MinHash of a text; None where it is too short to tell."""
    plain = "".join(text.split())[:_MOST].lower()
    if len(plain) < _LEAST + _SHINGLE:
        return None
    # A shallow copy will do, as updates put a new array in place: the library's own one checks every permutation.
    found = copy(_empty())
    hashes = _shingles(plain)
    # As arrays: hash by hash it takes four times as long.
    for at in range(0, len(hashes), _AT_ONCE):
        found.update_batch([hashes[at : at + _AT_ONCE]])
    return bytes(found.hashvalues.astype("<u4").tobytes())


def _shingles(text: str) -> Any:
    """A hash of 32 bits for each run of neighbouring characters, computed all at once."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    count = len(codes) - _SHINGLE + 1
    # A polynomial that wraps around at 64 bits, and its upper half mixed well; Knuth's factors.
    hashes = codes[:count].copy()
    for at in range(1, _SHINGLE):
        hashes *= np.uint64(6364136223846793005)
        hashes += codes[at : at + count]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(0x9E3779B97F4A7C15)
    hashes >>= np.uint64(32)
    return hashes.astype(np.uint32)


def overlap(one: bytes, other: bytes) -> float:
    """The estimated share of what two sketched texts have in common, 0 to 1."""
    pairs = zip(memoryview(one).cast("I"), memoryview(other).cast("I"), strict=True)
    return sum(left == right for left, right in pairs) / _PERMUTATIONS


# A text is looked for, and then made known.
@lru_cache(maxsize=8)
def bands_of(sketch: bytes) -> tuple[int, ...]:
    """The keys under which a sketch is found."""
    width = 4 * _ROWS
    return tuple(
        int.from_bytes(hashlib.blake2b(sketch[at : at + width], digest_size=7, salt=bytes([band])).digest(), "big")
        for band, at in enumerate(range(0, _BANDS * width, width))
    )


def original_of(connection: sqlite3.Connection, sketch: bytes, day: date) -> int | None:
    """The first article that has nearly this text and was published within a month or so; None where there is none.

    Args:
        connection: of a ledger.
        sketch: of the text.
        day: when it was published.
    """
    bands, month = bands_of(sketch), _month(day)
    rows = connection.execute(
        "SELECT DISTINCT coalesce(articles.repost_of, articles.id), snapshots.sketch FROM sketch_bands"
        " JOIN snapshots ON snapshots.id = sketch_bands.snapshot JOIN articles ON articles.id = snapshots.article"
        f" WHERE month IN (?, ?, ?) AND band IN ({', '.join('?' * len(bands))})",
        (month - 1, month, month + 1, *bands),
    )
    alike = [article for article, other in rows if overlap(sketch, other) >= _REPOST]
    return min(alike, default=None)


def add_sketch(connection: sqlite3.Connection, snapshot: int, sketch: bytes, day: date) -> None:
    """Make a snapshot's sketch known to later texts.

    Args:
        connection: of a ledger, in a transaction.
        snapshot: its id.
        sketch: of its text.
        day: when it was published.
    """
    rows = [(_month(day), band, snapshot) for band in bands_of(sketch)]
    connection.executemany("INSERT OR IGNORE INTO sketch_bands VALUES (?, ?, ?)", rows)


def _month(day: date) -> int:
    return 12 * day.year + day.month


@cache
def _empty() -> Any:
    minhash = _module("datasketch", "minhash")
    return minhash.MinHash(num_perm=_PERMUTATIONS, seed=1, hashfunc=lambda hashes: hashes)


def _module(package: str, name: str) -> Any:
    """A module without what its package imports beside it.

    datasketch imports SciPy for indexes that nobody uses here: 0.7 s of the first article of every run.
    """
    spec = find_spec(package)
    assert spec is not None, f"{package} is installed with the monitor"
    sys.modules.setdefault(package, module_from_spec(spec))
    return import_module(f"{package}.{name}")
