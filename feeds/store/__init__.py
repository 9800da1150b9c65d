"""What the syndication system remembers. One module per family of tables; all of its SQL is in this folder.

    tables.py     the tables
    sources.py    what is watched, and how it is
    articles.py   what was found, under which names, and what it was before
    stories.py    which articles tell the same
    topics.py     stored queries, their matches, and people's votes on them
    shelf.py      rendered feeds, ready to be served
    facts.py      a few small facts of the whole installation
    search.py     a query over everything that is stored (search_index.py), and before it is saved (query_preview.py)
    alarms.py     what is wrong with sources, and who was told
    leases.py     our subscriptions at other hubs; hub_subscriptions.py, others' at ours; websub_tables.py
    forgetting.py retention

Functions take the caller's connection, so that the caller decides what is one transaction.
"""
