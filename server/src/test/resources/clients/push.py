"""Pushes with the official Python client, each way it knows. Argument: host:port."""

import sys

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary
from prometheus_client.exposition import (
    delete_from_gateway,
    instance_ip_grouping_key,
    push_to_gateway,
    pushadd_to_gateway,
)

gateway = sys.argv[1]


def registry_with(name, value):
    registry = CollectorRegistry()
    Gauge(name, "A gauge", registry=registry).set(value)
    return registry


everything = CollectorRegistry()
Counter("py_jobs", "Jobs done", ["kind"], registry=everything).labels('a "quoted"\nkind').inc(3)
Gauge("py_last_success_unixtime", "A time", registry=everything).set(1.5e9)
Summary("py_size_bytes", "Sizes", registry=everything).observe(4)
histogram = Histogram("py_duration_seconds", "Durations", registry=everything, buckets=(0.1, 1, 10))
for seconds in (0.05, 0.5, 5, 50):
    histogram.observe(seconds)
Info("py_build", "A build", registry=everything).info({"version": "1.2.3"})
push_to_gateway(gateway, job="py", registry=everything)

push_to_gateway(
    gateway, job="py/slash", registry=registry_with("py_key", 1), grouping_key={"path": "/var/tmp", "empty": ""}
)
push_to_gateway(
    gateway, job="py_ip", registry=registry_with("py_ip", 1), grouping_key=instance_ip_grouping_key()
)

push_to_gateway(gateway, job="py_add", registry=registry_with("py_old", 1))
push_to_gateway(gateway, job="py_add", registry=registry_with("py_first", 1))
pushadd_to_gateway(gateway, job="py_add", registry=registry_with("py_second", 2))

push_to_gateway(gateway, job="py_gone", registry=registry_with("py_gone", 1), grouping_key={"a": "b"})
delete_from_gateway(gateway, job="py_gone", grouping_key={"a": "b"})
