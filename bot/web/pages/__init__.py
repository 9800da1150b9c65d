"""What each page shows and how it is written. No request and no server is known here.

    frame.py      Page: the site, the visitor's language, links; `render(template, page, …)`
    words.py      translations, numbers and dates as words
    charts.py     small charts as SVG
    marking.py    the matched words, marked in text and in HTML
    cards.py      an article as lists show it
    home.py       the first page and its live parts
    sources.py, topics.py, articles.py (article, story, search), ways_in.py (follow, feeds)
    operators.py, webhooks.py, adding.py, signing_in.py: what only operators see

Each room has `read_x(connection, …) -> X`, a frozen value, and `render_x(page, X) -> str`, a whole HTML document.
"""
