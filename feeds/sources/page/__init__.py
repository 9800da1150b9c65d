"""Reads a list of articles out of an HTML page, without selectors where it can be.

Pure. A hand-given selector wins over a stored pattern, a stored pattern over finding the list anew. It never answers
"nothing new" with an empty list: a page without its list is an error, and so is a challenge page in its place.
"""

from feeds.sources.page.read import FoundList, find_list, read_list

__all__ = ["FoundList", "find_list", "read_list"]
