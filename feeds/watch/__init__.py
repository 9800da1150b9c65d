"""One look at one source: what is new there becomes articles, what changed becomes a revision.

    claim ─→ fetch (validators) ─→ read (bytes → entries) ─→ identity (new, changed, known) ─→ complete (each new page)
                                                                                                      │
    next look ←─ cadence ←───────────────── one transaction: articles, names, validators, health ←────┘

    watcher.py   a source's turn, from the claim to the next look; start here
    look.py      the network's part: the list or feed as entries; no transaction
    intake.py    which entries are new, their pages, and the writing of it all
    timing.py    when to look again

No transaction is open while the network is asked. The first look at a source is a baseline: shown, never alerted. An
article whose page cannot be read yet stays unknown until it can, or for `PATIENCE` looks; then what the list says of it
is taken, so that nothing is lost. Who is told of articles, this package does not know: `on_found` is called.
"""

from feeds.watch.intake import PATIENCE
from feeds.watch.timing import WatchPolicy
from feeds.watch.watcher import Watcher

__all__ = ["PATIENCE", "WatchPolicy", "Watcher"]
