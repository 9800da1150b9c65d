"""An article's page to the article: title, author, day, picture, language, clean text and harmless HTML.

Pure. trafilatura finds the body; what the page says for machines (JSON-LD, Open Graph, microdata), what it shows
(headings, the date line, the byline) and what the list or feed said (the `Entry`) correct it. It fetches nothing and
knows neither the store nor how the page was found.
"""

from feeds.extract.read import read_article
from feeds.extract.sanitise import sanitise
from feeds.markup import clean_text

__all__ = ["clean_text", "read_article", "sanitise"]
