"""Do two texts tell the same story in nearly the same words? MinHash signatures, and bands to find them by.

Pure, and the same in every process and on every machine: signatures are stored. It compares wording, not subjects: wire
copy with another lead, a mirror, a copy cut to half are the same story; two reports on one event are not.

    text ─ words ─ every four in a row ─ hashed ─→ a set of numbers
                                                     └ the least of 128 permutations ─→ signature ─→ bands
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHINGLE = 4
"""Words in a row. Vietnamese writes syllables apart: four of them are about three words."""
LEAST_WORDS = 20
"""A shorter text has no signature: agency phrases would make it the copy of everything."""
MOST_WORDS = 2_000
"""Words that are looked at."""
PERMUTATIONS = 128
ROWS = 2
BANDS = 24
"""24 bands of 2 rows: a copy that shares half of all shingles is found with 99.9 %, one that shares a twentieth with
6 %; the signatures themselves then decide. Bands of one row find as much with half as many, and every text that shares
a site's boilerplate with it."""
SAME_STORY = 0.25
"""Share of common shingles (Jaccard) from which two texts are one story: two fifths of equally long texts agree."""
SAME_SOURCE = 0.6
"""The same within one source, whose articles share boilerplate and whose editors do not copy themselves."""
IN_PART = 0.15
CONTAINED = 0.5
"""A short copy in a long text: fewer common shingles are enough where they are this share of the shorter text."""

_WORD = re.compile(r"\w+")
# What `_WORD` finds among ASCII's characters in lower case, blanks for all else.
_ASCII_WORDS = bytes(ord(chr(code).lower()) if code < 128 and _WORD.fullmatch(chr(code)) else 32 for code in range(256))
_SIZE_BYTES = 4


def signature(text: str) -> bytes | None:
    """516 bytes: the number of different shingles and 128 minima (unsigned 32-bit, little-endian). None: too short."""
    import numpy as np

    words = _words(text[: MOST_WORDS * 20])[:MOST_WORDS]
    if len(words) < LEAST_WORDS:
        return None
    # One hash for each word, then arithmetic on whole arrays: four words in a row, in this order.
    hashes = np.fromiter(map(zlib.crc32, words), np.uint64, len(words))
    shingles = np.zeros(len(words) - SHINGLE + 1, np.uint64)
    for place in range(SHINGLE):
        shingles = _mixed(shingles * np.uint64(0x9E3779B97F4A7C15) + hashes[place : place + len(shingles)])
    shingles >>= np.uint64(32)
    shingles.sort()
    different = 1 + int(np.count_nonzero(shingles[1:] != shingles[:-1]))
    factors, offsets = _permutations()
    permuted = shingles[:, None] * factors
    permuted += offsets
    minima = (permuted.min(axis=0) >> np.uint64(32)).astype("<u4")
    return different.to_bytes(_SIZE_BYTES, "little") + bytes(minima.tobytes())


def _words(text: str) -> list[bytes]:
    """In lower case, as UTF-8; those of ASCII without a search for each, in a quarter of the time."""
    if text.isascii():
        return text.encode("ascii").translate(_ASCII_WORDS).split()
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return " ".join(words).encode("utf-8", "replace").split(b" ")


def bands(signature: bytes) -> tuple[int, ...]:
    """24 numbers (signed 64-bit): two texts that share one are worth comparing."""
    import numpy as np

    rows = _minima(signature)[: BANDS * ROWS].astype(np.uint64).reshape(BANDS, ROWS)
    number = np.arange(1, BANDS + 1, dtype=np.uint64)
    for row in range(ROWS):
        number = _mixed(number * np.uint64(0x9E3779B97F4A7C15) + rows[:, row])
    return tuple(number.view(np.int64).tolist())


def similarity(one: bytes, other: bytes) -> float:
    """The share of common shingles (Jaccard), 0 to 1, estimated with a standard deviation of at most 0.045."""
    import numpy as np

    return float(np.count_nonzero(_minima(one) == _minima(other))) / PERMUTATIONS


def containment(one: bytes, other: bytes) -> float:
    """The share of the shorter text's shingles that stand in the longer one, 0 to 1, estimated."""
    common = similarity(one, other)
    sizes = _size(one), _size(other)
    return min(1.0, common / (1 + common) * sum(sizes) / max(1, min(sizes)))


def same_story(one: bytes, other: bytes, *, same_source: bool = False) -> bool:
    """Whether two texts, given by their signatures, are copies of one another, whole or in part."""
    common = similarity(one, other)
    if same_source:
        return common >= SAME_SOURCE
    return common >= SAME_STORY or (common >= IN_PART and containment(one, other) >= CONTAINED)


def _size(signature: bytes) -> int:
    return int.from_bytes(signature[:_SIZE_BYTES], "little")


def _minima(signature: bytes) -> NDArray[np.uint32]:
    import numpy as np

    return np.frombuffer(signature, "<u4", PERMUTATIONS, _SIZE_BYTES)


def _mixed(numbers: Any) -> Any:
    """Spread 64 bits over 64 bits (the finaliser of SplitMix64: Steele, Lea, Flood 2014)."""
    import numpy as np

    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


@lru_cache(maxsize=1)
def _permutations() -> tuple[Any, Any]:
    """128 multiply-and-shift hash functions (Dietzfelbinger 1996), fixed for ever: signatures are stored."""
    import numpy as np

    numbers = _mixed(np.arange(1, 2 * PERMUTATIONS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return numbers[:PERMUTATIONS] | np.uint64(1), numbers[PERMUTATIONS:]
