"""News in, feeds out. A complete syndication system that knows nothing of subscribers.

    sources (config) ─┐
                      ├→ watch ─ fetch → sources.KINDS[kind] → identity → extract ─→ store ─┬→ render → bytes
    cadence (when?) ──┘                                                                     └→ topics → matches

Read `model` first (what things are), then `watch` (one look at one source), then whatever it calls.

    the look          watch; visits, politeness and robots (as good guests); completion (an entry made whole)
    the network       fetch (the only GET), addresses (which may be reached), link_header, websub
    large bodies      confined (read in a process that can be killed)
    reading           sources (a reader for each kind), extract (an article's page); markup, layout, dates, charset
    the same again?   identity, names, canonical, words, near_duplicates
    when and whether  cadence, targets (who works what), alarms, list_habits, protection
    what it is about  topics (the query language and the index), matching (the index over the database)
    what comes out    publish, render
    what is kept      store, database; statements (straight to the driver), group_commit (who waits, writes together)

`bot` stands on this package; nothing here imports `bot`.
"""
