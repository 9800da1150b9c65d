"""The web: pages for people, an API for programs, and what machines ask (health, metrics).

    services.py       what the pages need of the rest of the program; every optional part may be missing
    application.py    create_app(services): the routes joined, errors, security headers
    pages/            what a page shows (a value) and how it is written (a template): no request, no server,
                      so that the static export writes the same pages
    routes/           requests → values → pages; who may do what
    api/              REST under /api/v1, OpenAPI and its reference page
    secret.py         what cookies are signed with
    reading.py        read-only queries of the pages' own
    feeds.py          the feeds' bytes

Read `pages` first: `Page` (the frame around every page) is the seam that everything else is built on.
"""
