"""One article against all stored queries at once, in a time that hardly depends on how many there are.

    article → forms of its words → keys (words, pairs of words) → queries anchored on one of them
            → those whose clauses all hold → what clauses cannot say is evaluated

Every query is anchored on the rarest clause of those it cannot do without. Most queries are nothing but clauses, and
are proved with numpy, many at a time; NEAR, any(…) and the like are read one by one. `evaluate` is the truth about
what matches.

Rooms, in the order of the walk: `stored` (the queries and their ids), `quick` (an article) with `runs` and
`vocabulary` (which terms a word satisfies), `keys`, `clauses`, `sieve` (which queries are not ruled out), `verify`,
`packed` (a query in few bytes), `arrays`.
"""

from feeds.topics.index.stored import Index, evaluate_each

__all__ = ["Index", "evaluate_each"]
