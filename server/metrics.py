"""What an operator watches, in Prometheus's words: few labels, base units. One registry per process."""

import time

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The instruments. Labels are routes, methods, codes, channels and outcomes: never a user, id or text."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("http_requests", "Requests answered", "route", "method", "code")
        self.seconds = self._histogram("http_request_duration_seconds", "Time to answer", "route")
        self.in_flight = self._gauge("http_in_flight", "Requests being worked on")
        self.shed = self._counter("http_shed", "Requests answered 503 because too many were in flight")
        self.limited = self._counter("ratelimit_rejections", "Requests answered 429", "route")
        self.inbound = self._counter("inbound_messages", "Webhook calls", "channel", "result")
        self._hooked: dict[tuple[str, str], Counter] = {}
        self.ack = self._histogram("inbound_ack_seconds", "From a webhook's arrival to its 200")
        self.sockets = self._gauge("ws_connections", "Open live sockets")
        self.slow = self._counter("ws_dropped_slow", "Live sockets dropped because they read too slowly")
        self.known = self._counter("dedupe_hits", "Inbounds that were stored already", "channel")
        self.called_back = self._counter("rasa_called_back", "Messages that Rasa servers called back with", "result")
        self.oldest = self._gauge("outbox_oldest_age_seconds", "How long the most overdue job has been due")
        self.ready = self._gauge("jobs_overdue", "Jobs that are due and not done, counted to 1000")
        self.dead = self._gauge("dlq_jobs", "Dead letters, counted to 1000")
        self.lag = self._gauge("event_loop_lag_seconds", "How late the loop wakes a sleeper")
        self.sends = self._counter("send_attempts", "Deliveries handed to a channel", "channel", "outcome")
        self.build = self._gauge("build_info", "Always 1", "version")

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, namespace="yizhan", registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, labels, namespace="yizhan", registry=self.registry)

    def _histogram(self, name: str, about: str, *labels: str) -> Histogram:
        return Histogram(name, about, labels, namespace="yizhan", registry=self.registry, buckets=BUCKETS)

    def answered(self, route: str, method: str, status: int, begun: float) -> None:
        """Count one answered request; `begun` is `time.perf_counter()` at its start."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(time.perf_counter() - begun)

    def hooked(self, channel: str, result: str, begun: float) -> None:
        """Count one webhook call."""
        counter = self._hooked.get((channel, result))
        if counter is None:
            counter = self._hooked[channel, result] = self.inbound.labels(channel, result)
        counter.inc()
        if result == "ok":
            self.ack.observe(time.perf_counter() - begun)

    def response(self) -> web.Response:
        """Return all of it as text."""
        return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
