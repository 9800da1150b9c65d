"""News in, feeds out. A complete syndication system that knows nothing of subscribers.

    sources (config) ─┐
                      ├→ watch ─ fetch → sources.KINDS[kind] → identity → extract ─→ store ─┬→ render → bytes
    cadence (when?) ──┘                                                                     └→ topics → matches

Read `model` first (what things are), then `watch` (one look at one source), then whatever it calls.
`bot` stands on this package; nothing here imports `bot`.
"""
