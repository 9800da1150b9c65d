"""From stored articles to feeds that can be served: what a feed holds, and when it is rendered.

    site.py        what the installation is called and where it stands
    contents.py    which articles a feed holds, with their sources, topics and copies
    ahead.py       the feeds everybody reads: rendered when they change, off the request path, kept on the shelf
    revision.py    by which code they were rendered
    on_demand.py   the rarely asked: archive pages, summaries only, a story, several topics, any query, private ones

How a feed is written is `feeds.render`'s; who serves it is not known here. Stands beside `feeds.watch`.
"""

from feeds.publish.ahead import ensure_all, publish_stale
from feeds.publish.contents import Following
from feeds.publish.on_demand import PRIVATE, OnDemand
from feeds.publish.site import Site

__all__ = ["PRIVATE", "Following", "OnDemand", "Site", "ensure_all", "publish_stale"]
