"""What the syndication system remembers. One module per family of tables; all of its SQL is in this folder.

    tables.py     the tables
    sources.py    what is watched, and how it is
    articles.py   what was found, under which names, and what it was before
    stories.py    which articles tell the same
    topics.py     stored queries, their matches, and people's votes on them
    shelf.py      rendered feeds, ready to be served
    facts.py      a few small facts of the whole installation
    search.py     a query over everything that is stored

Functions take the caller's connection, so that the caller decides what is one transaction.
"""
