"""Which charset were these bytes written in, where neither a header nor they themselves say it? By charset-normalizer.

Pure. A few dozen kilobytes of text beyond ASCII are asked, never the whole body: what the answer costs does not grow
with a hostile one.
"""

from __future__ import annotations

from charset_normalizer import CharsetMatch, from_bytes

DEFAULT = "cp1252"
"""What the Encoding Standard reads a page in that says nothing."""
CHARSETS = (
    "cp932", "euc_jp", "cp949", "gb18030", "big5", "cp1250", "cp1251", "koi8_r", "cp1252", "cp1253", "cp1254", "cp1255",
    "cp1256", "cp1257", "cp1258", "cp874",
)  # fmt: skip
LARGEST_SAMPLE = 32 << 10
_MOST_PIECES = 200_000


def guess(body: bytes) -> str:
    """One of `CHARSETS`, by Python's name. Between those that fit as well, the default is taken."""
    sample = _sample(body)
    if not sample:
        return DEFAULT
    fitting = from_bytes(sample, cp_isolation=list(CHARSETS))
    if not fitting:
        return DEFAULT
    best = max(fitting, key=lambda one: (_likelihood(one), DEFAULT in one.could_be_from_charset))
    return DEFAULT if DEFAULT in best.could_be_from_charset else best.encoding


def _likelihood(match: CharsetMatch) -> float:
    """Letters in the shares of some language count for it; signs that no language puts together count more, against."""
    return match.percent_coherence - 4 * match.percent_chaos


def mostly_utf8(body: bytes) -> bool:
    """Whether few of the bytes beyond ASCII are wrong UTF-8: a document with a scar, not one in another charset."""
    beyond_ascii = len(body.translate(None, bytes(range(128))))
    wrong = body.decode("utf-8", "replace").count("\ufffd")
    return wrong * 10 < beyond_ascii


def _sample(body: bytes) -> bytes:
    """The beginning of what stands between tags and is not ASCII."""
    pieces: list[bytes] = []
    left = LARGEST_SAMPLE
    for piece in body.split(b"<", _MOST_PIECES):
        if piece.isascii():
            continue
        text = piece[piece.find(b">") + 1 :][:left]
        pieces.append(text)
        left -= len(text)
        if left <= 0:
            break
    return b"\n".join(pieces)
