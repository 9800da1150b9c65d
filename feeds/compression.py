"""Undoes an answer's `Content-Encoding` piece by piece, and notices where it breaks off (RFC 9110 §8.4).

Pure. A compressed stream says where it ends. A body that stops before that is half of one, whatever its
`Content-Length` says: a cache in between may have stored what came before the line broke.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

GZIP = frozenset({"gzip", "x-gzip"})
DEFLATE = "deflate"
MOST_LAYERS = 5
"""Of compression around one body: nobody honest has two."""
_PIECE = 64 << 10


class BrokenOff(EOFError):
    """The bytes ended before the compressed stream did."""


def unpacked(pieces: Iterable[bytes], codings: Iterable[str]) -> Iterator[bytes]:
    """The decoded bytes, in pieces of bounded size, as lazily as `pieces` come. `codings`: in the order of the header.

    Names that are no compression ("identity") change nothing. Raises BrokenOff, and `zlib.error` for other bytes.
    """
    layers = [coding for coding in codings if coding in GZIP or coding == DEFLATE]
    if len(layers) > MOST_LAYERS:
        raise zlib.error(f"{len(layers)} layers of compression")
    for coding in reversed(layers):
        pieces = _inflated(pieces) if coding == DEFLATE else _gunzipped(pieces)
    yield from pieces


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """One member after the other (RFC 1952 §2.2); what follows the last and is none is left alone."""
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    is_first, has_begun, has_given = True, False, False
    for piece in pieces:
        while piece:
            if stream.eof:
                stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
                is_first, has_given = False, False
            has_begun = True
            try:
                decoded = stream.decompress(piece, _PIECE)
            except zlib.error:
                if is_first:
                    raise
                return
            if decoded:
                has_given = True
                yield decoded
            piece = stream.unused_data if stream.eof else stream.unconsumed_tail
        while not stream.eof and (decoded := stream.decompress(b"", _PIECE)):
            has_given = True
            yield decoded
    if has_begun and not stream.eof and (is_first or has_given):
        raise BrokenOff("the compressed bytes break off")


def _inflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """In a zlib frame (RFC 1950), as it should be, or without one (RFC 1951), as some servers send it."""
    stream = zlib.decompressobj()
    first = b""
    has_given = False
    for piece in pieces:
        if not has_given:
            first += piece
        try:
            decoded = stream.decompress(piece, _PIECE)
        except zlib.error:
            if has_given:
                raise
            stream = zlib.decompressobj(-zlib.MAX_WBITS)
            decoded = stream.decompress(first, _PIECE)
        while decoded:
            has_given = True
            yield decoded
            decoded = stream.decompress(stream.unconsumed_tail, _PIECE)
        if stream.eof:
            return
    if first and not stream.eof:
        raise BrokenOff("the compressed bytes break off")
