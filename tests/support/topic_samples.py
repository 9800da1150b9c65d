"""Generated queries and articles over a small vocabulary, so that they meet; every construct of the language occurs."""

import random

from feeds.model import Article

WORDS = [
    "terror",
    "terrorism",
    "terrorist",
    "terrorists",
    "counter-terrorism",
    "counterterrorism",
    "counter",
    "art",
    "party",
    "police",
    "policing",
    "ASEAN",
    "asean's",
    "US",
    "U.S.",
    "drill",
    "drills",
    "cooperation",
    "cooperate",
    "violent",
    "extremism",
    "sécurité",
    "securite",
    "coopération",
    "l'OTAN",
    "passé",
    "khủng",
    "bố",
    "khung",
    "bo",
    "chống",
    "chong",
    "hợp",
    "họp",
    "hop",
    "tác",
    "tac",
    "hòa",
    "hoà",
    "bình",
    "kĩ",
    "kỹ",
    "năng",
    "an",
    "ninh",
    "mạng",
    "Straße",
    "2018-2025",
    "反恐合作",
    "the",
    "of",
]
PREFIXES = ("terror*", "coop*", "hợp*", "polic*", "secur*", "counter-ter*", "an*", "bi*")
LANGUAGES = ("en", "fr", "vi", "de", None, None, "en-GB", "zh-Hant")
STOPS = (". ", "! ", "\n\n", "\n", ", ", "; ", " “", "” ", " (", ") ", "… ", "'s ")


def phrase(rng: random.Random) -> str:
    words = [rng.choice(PREFIXES) if rng.random() < 0.15 else rng.choice(WORDS) for _ in range(rng.randint(1, 3))]
    return f'"{" ".join(words)}"'


def factor(rng: random.Random, depth: int) -> str:
    kind = rng.random()
    if kind < 0.45 or depth <= 0:
        return rng.choice(WORDS)
    if kind < 0.55:
        return rng.choice(PREFIXES)
    if kind < 0.70:
        return phrase(rng)
    if kind < 0.74:
        return f"={rng.choice(WORDS)}"
    if kind < 0.80:
        return (
            f"{rng.choice(('title', 'body', 'author', 'url', 'source'))}:{rng.choice((*WORDS, 'giang', 'mps', 'gov'))}"
        )
    if kind < 0.83:
        return f"lang:{rng.choice(('en', 'fr', 'vi', 'zh', 'zh-hant'))}"
    if kind < 0.87:
        return f"first/{rng.randint(1, 12)} {places(rng)}"
    if kind < 0.91:
        return f"atleast/{rng.randint(1, 4)} ({places(rng)} {places(rng)})"
    if kind < 0.95:
        weights = [rng.choice((0.1, 0.5, 1, 2)) for _ in range(3)]
        items = [f"{item(rng, depth - 1)}:{weight}" for weight in weights]
        items += [f"{item(rng, depth - 1)}:-1.5"] if rng.random() < 0.5 else []
        rng.shuffle(items)
        return f"any({rng.choice((min(weights), sum(weights) / 2, sum(weights) * 0.99)):.2f}, {' '.join(items)})"
    return f"({query(rng, depth - 1)})"


def item(rng: random.Random, depth: int) -> str:
    return places(rng) if rng.random() < 0.7 else f"({query(rng, depth)})"


def places(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(WORDS)
    if kind < 0.7:
        return rng.choice(PREFIXES)
    if kind < 0.85:
        return phrase(rng)
    return f"({rng.choice(WORDS)} OR {phrase(rng)} OR {rng.choice(WORDS)})"


def near(rng: random.Random) -> str:
    operator = rng.choice(("NEAR/1", "NEAR/3", "ONEAR/2", "NOT NEAR/3", "NEAR/s", "ONEAR/s", "NEAR/p", "NOT NEAR/s"))
    chain = f"{places(rng)} {operator} {places(rng)}"
    return f"{chain} NEAR/4 {places(rng)}" if rng.random() < 0.3 else chain


def query(rng: random.Random, depth: int = 2) -> str:
    """Return a query that `parse` accepts."""
    parts = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.random()
        if kind < 0.55:
            parts.append(factor(rng, depth))
        elif kind < 0.75:
            parts.append(f"({factor(rng, depth - 1)} OR {factor(rng, depth - 1)} OR {factor(rng, depth - 1)})")
        else:
            parts.append(f"({near(rng)})")
    if rng.random() < 0.3:
        parts.append(f"-{rng.choice((rng.choice(WORDS), phrase(rng)))}")
    return rng.choice((" ", " AND ")).join(parts) if len(parts) > 1 else parts[0]


def article(rng: random.Random) -> Article:
    """Return an article that uses the same words."""

    def text(count: int) -> str:
        pieces = []
        for _ in range(count):
            word = rng.choice(WORDS)
            pieces.append(word.upper() if rng.random() < 0.05 else word)
            pieces.append(rng.choice(STOPS) if rng.random() < 0.15 else rng.choice((" ", " ", " ", "-")))
        return "".join(pieces)

    return Article(
        url=rng.choice(("https://mps.gov.vn/news-1", "https://example.org/terror", "")),
        title=text(rng.randint(0, 8)),
        text=text(rng.randint(0, 60)),
        summary=text(5),
        author=rng.choice((None, "Giang Anh", "Terrorism Police")),
        source=rng.choice(("", "mps-en", "asean")),
        language=rng.choice(LANGUAGES),
    )
