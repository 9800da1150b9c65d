"""What machines ask: is it alive, is it able, its figures, its static files, its robots.txt."""

from __future__ import annotations

import logging

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import migrations
from bot.store import deliveries
from bot.web import reading
from bot.web.pages.frame import STATIC_DIRECTORY, static_files
from bot.web.pages.home import health_counts
from bot.web.routes.desk import Desk
from bot.web.services import WebServices
from feeds import targets
from feeds.alarms import CODES
from feeds.store import alarms, articles, topics
from feeds.store import sources as source_store

log = logging.getLogger(__name__)

NOT_FOR_ROBOTS = ("/operators", "/search", "/fragments/", "/sign-in", "/api/", "/tour/")
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Figures(Collector):
    """Reads all figures from the database when they are asked for, so that every process tells the same."""

    def __init__(self, services: WebServices) -> None:
        self._services = services

    def collect(self) -> list[GaugeMetricFamily | CounterMetricFamily]:
        """The figures; labels are only words of our own, few and fixed."""
        now = self._services.clock()
        with self._services.database.read() as connection:
            health = health_counts(source_store.states(connection, only_active=False))
            wrong = dict.fromkeys(CODES, 0) | alarms.counts(connection)
            refused = self._services.refused()
            if refused is not None:
                wrong[refused.code] = max(1, wrong[refused.code])
            by_state = deliveries.counts(connection)
            oldest = deliveries.oldest_pending(connection)
            stored = articles.count(connection)
            topic_count = len(topics.active_topics(connection, everybody=True))
            by_kind = reading.destination_counts(connection)
            waiting, due_since = targets.waiting(connection, ("source", "endpoint", "chat"), now)
        found: list[GaugeMetricFamily | CounterMetricFamily] = [
            _by("tocsin_sources", "Sources by health.", "health", health),
            _by("tocsin_alarms", "What is wrong with sources and this machine, by code.", "code", wrong),
            _by("tocsin_deliveries", "Deliveries by state.", "state", by_state),
            _by("tocsin_destinations", "Destinations by kind.", "kind", by_kind),
            _one("tocsin_articles", "Articles stored.", stored),
            _one("tocsin_topics", "Topics that are matched, people's own included.", topic_count),
            _one(
                "tocsin_oldest_pending_delivery_seconds",
                "Age of the delivery that has waited longest, paused destinations left out.",
                (now - oldest).total_seconds() if oldest else 0.0,
            ),
            _one("tocsin_targets_waiting", "Sources and destinations that are due and not worked yet.", waiting),
            _one(
                "tocsin_target_lag_seconds",
                "How late the one is that has been due for longest.",
                max(0.0, (now - due_since).total_seconds()) if due_since else 0.0,
            ),
        ]
        disk = self._services.database.disk()
        if disk is not None:
            found.append(_one("tocsin_disk_free_bytes", "Room on the disk where the database lies.", disk.free))
        return found


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _by(name: str, text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class Machines:
    """Handlers; each is called in a thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.services = desk.services
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(Figures(desk.services))
        self.files = {public: STATIC_DIRECTORY / name for name, public in static_files().items()}

    def healthz(self, _request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    def readyz(self, _request: Request) -> Response:
        """The database answers and has the shape that this program knows; 503 otherwise.

        Where it takes no writes, what it has is served all the same: `writes` says which alarm it is.
        """
        refused = self.services.refused()
        checks = {"database": "ok", "migrations": "ok", "writes": "ok" if refused is None else refused.code}
        try:
            standing = migrations.current(self.services.database)
        except SQLAlchemyError as error:
            log.warning("the database does not answer: %s", error)
            checks |= {"database": "unreachable", "migrations": "unknown"}
        else:
            if standing != migrations.NEWEST:
                checks["migrations"] = f"at {standing}, {migrations.NEWEST} is needed"
        ready = checks["database"] == checks["migrations"] == "ok"
        return JSONResponse(
            {"ready": ready, "checks": checks},
            status_code=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    def metrics(self, _request: Request) -> Response:
        """Prometheus' text format."""
        return Response(
            generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"}
        )

    def static(self, request: Request) -> Response:
        """A file whose name changes with its content."""
        file = self.files.get(request.path_params["name"])
        if file is None:
            return self.desk.not_found(request)
        return FileResponse(file, media_type=_TYPES[file.suffix], headers={"Cache-Control": FOR_EVER})

    def favicon(self, _request: Request) -> Response:
        """For browsers that ask without having read the page."""
        return FileResponse(
            STATIC_DIRECTORY / "bell.svg", media_type=_TYPES[".svg"], headers={"Cache-Control": FOR_A_DAY}
        )

    def robots(self, _request: Request) -> Response:
        """Everything public may be read by robots; forms and endless searches needn't be."""
        root = self.desk.site.root
        closed = "".join(f"Disallow: {root}{path}\n" for path in NOT_FOR_ROBOTS)
        return PlainTextResponse(f"User-agent: *\n{closed}", headers={"Cache-Control": FOR_A_DAY})


def routes(desk: Desk) -> list[Route]:
    """Their addresses."""
    machines = Machines(desk)
    return [
        Route("/healthz", machines.healthz),
        Route("/readyz", machines.readyz),
        Route("/metrics", machines.metrics),
        Route("/static/{name}", machines.static),
        Route("/favicon.ico", machines.favicon),
        Route("/robots.txt", machines.robots),
    ]
