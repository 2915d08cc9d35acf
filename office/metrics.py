"""Figures for a monitoring server: how the web server answers (django-prometheus), and a few numbers of the office.

Nothing here names a person or a paper: requests are counted by the names of addresses, never by the addresses.
docs/adr/0021-health-and-metrics.md says why it is done this way.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from hmac import compare_digest
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from office import health
from office.version import VERSION

PATH = "/metrics"
# Where the processes of one web server put their counters together (gunicorn.conf.py).
SHARED = "PROMETHEUS_MULTIPROC_DIR"


class Scraped:
    """Answers PATH before anything else: whoever asks comes with the token and without a name, a session or a scheme.

    Only there where METRICS_TOKEN is set. To all others it is an address like any that does not exist.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH or not settings.METRICS_TOKEN or not self._admitted(request):
            return self.get_response(request)
        if request.method != "GET":
            return HttpResponse(status=405, headers={"Allow": "GET"})
        return HttpResponse(page(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    def _admitted(self, request: HttpRequest) -> bool:
        given = request.headers.get("Authorization", "").encode()
        return compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def page() -> bytes:
    """Everything, as Prometheus reads it."""
    web: Collector = REGISTRY
    if os.environ.get(SHARED):
        web = MultiProcessCollector(None)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(web)
    registry.register(Office())
    return generate_latest(registry)


class Office(Collector):
    def collect(self) -> Iterator[Metric]:
        yield _gauge("antou_info", "The version that runs.", 1, version=VERSION)
        up = GaugeMetricFamily("antou_part_up", "Whether a part of the office is well.", labels=["part"])
        for state in health.states():
            up.add_metric([state.part.code], float(state.well))
        yield up
        with suppress(OSError):
            yield _gauge("antou_disk_free_bytes", "Room left where the files lie.", health.free_space())
        try:
            found = health.figures(timezone.now())
        except DatabaseError:
            # That it is down is said above; figures that cannot be had are not there.
            return
        yield _gauge("antou_turns_overdue", "Open turns past their day.", found.overdue)
        waiting = GaugeMetricFamily("antou_notices_waiting", "Notices still to go out.", labels=["channel"])
        lost = GaugeMetricFamily("antou_notices_given_up", "Messages tried to the last in vain.", labels=["channel"])
        stuck = GaugeMetricFamily("antou_channel_stuck", "Whether a channel takes nothing now.", labels=["channel"])
        for one in found.sending:
            waiting.add_metric([one.code], one.waiting)
            lost.add_metric([one.code], one.given_up)
            stuck.add_metric([one.code], float(bool(one.error)))
        yield from (waiting, lost, stuck)
        yield _gauge("antou_jobs_waiting", "Long jobs not finished yet.", found.jobs_waiting)
        yield from _moment("antou_last_anchor_timestamp_seconds", "The last nightly anchor.", found.anchored_at)
        yield from _moment("antou_last_backup_timestamp_seconds", "The last complete backup.", found.backed_up_at)


def _gauge(name: str, words: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, words, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _moment(name: str, words: str, at: datetime | None) -> Iterator[Metric]:
    if at is not None:
        yield _gauge(name, words, at.timestamp())


def put_together(pid: int) -> None:
    """What an ended web process had counted goes into one file: renewed every few thousand requests, they would
    leave more and more behind. Called by the web server's first process alone."""
    folder = Path(os.environ[SHARED])
    for kind in ("counter", "histogram", "summary"):
        gone = folder / f"{kind}_{pid}.db"
        if gone.exists():
            kept = MmapedDict(str(folder / f"{kind}_ended.db"))
            for key, value, stamp, _place in MmapedDict.read_all_values_from_file(str(gone)):
                kept.write_value(key, kept.read_value(key)[0] + value, stamp)
            kept.close()
            gone.unlink()
