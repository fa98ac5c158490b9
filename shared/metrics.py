"""What a process counts of its own work, for Prometheus: labels are codes of closed sets, and name nobody."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # when a counter began is told by its process

#: What a worker counts, and what pages count.
OF_WORKER, OF_PAGES = CollectorRegistry(), CollectorRegistry()

LINK_UP = Gauge(
    "throughline_link_up", "1 while the worker is connected to the broker, else 0.", registry=OF_WORKER
)
LINKS_LOST = Counter(
    "throughline_links_lost", "Times the link to the broker was lost, or not had.", registry=OF_WORKER
)
DATABASE_AWAY = Counter(
    "throughline_database_away",
    "Times the worker waited because the database was locked, full or away.",
    registry=OF_WORKER,
)
TAKEN = Counter(
    "throughline_messages_taken",
    "Messages that came, by what became of each: done, duplicate, retry or parked.",
    ("outcome",),
    registry=OF_WORKER,
)
BATCH_SECONDS = Histogram(
    "throughline_batch_seconds",
    "Seconds until a batch of messages that came had its effect.",
    registry=OF_WORKER,
)
PUBLISHED = Counter(
    "throughline_messages_published", "Messages handed to the broker, repeats included.", registry=OF_WORKER
)
REFUSED_BY_BROKER = Counter(
    "throughline_messages_refused_by_broker", "Messages that the broker did not take.", registry=OF_WORKER
)
REQUEST_SECONDS = Histogram(
    "throughline_request_seconds",
    "Seconds until an answer began, by the route's name and the class of its status.",
    ("route", "status"),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=OF_PAGES,
)
