"""Pushes with the official Python client, each way it knows. Arguments: URL [user password]."""

import functools
import sys

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary
from prometheus_client.exposition import (
    basic_auth_handler,
    default_handler,
    delete_from_gateway,
    instance_ip_grouping_key,
    push_to_gateway,
    pushadd_to_gateway,
)

gateway = sys.argv[1]


# Python reads an additional CA from SSL_CERT_FILE by itself.
def handler(url, method, timeout, headers, data):
    if len(sys.argv) > 2:
        return basic_auth_handler(url, method, timeout, headers, data, *sys.argv[2:])
    return default_handler(url, method, timeout, headers, data)


push = functools.partial(push_to_gateway, gateway, handler=handler)
push_add = functools.partial(pushadd_to_gateway, gateway, handler=handler)
delete = functools.partial(delete_from_gateway, gateway, handler=handler)


def gauge(name, value):
    registry = CollectorRegistry()
    Gauge(name, "A gauge", registry=registry).set(value)
    return registry


everything = CollectorRegistry()
Counter("python_jobs", "Jobs done", ["kind"], registry=everything).labels('a "quoted"\nkind').inc(3)
Gauge("python_level", "A level", registry=everything).set(-1.5)
Summary("python_size_bytes", "Sizes", registry=everything).observe(4)
duration = Histogram("python_duration_seconds", "Durations", registry=everything, buckets=(0.1, 1))
for seconds in (0.05, 0.5, 5):
    duration.observe(seconds)
Info("python_build", "A build", registry=everything).info({"version": "1.2.3"})
push(job="python", registry=everything)

key = {"path": "/var/tmp", "empty": ""}
push(job="python_key", registry=gauge("python_key", 1), grouping_key=key)
push(job="python/slash", registry=gauge("python_slash", 1))
push(job="python_ip", registry=gauge("python_ip", 1), grouping_key=instance_ip_grouping_key())

push(job="python_add", registry=gauge("python_old", 1))
push(job="python_add", registry=gauge("python_first", 1))
push_add(job="python_add", registry=gauge("python_second", 2))

push(job="python_gone", registry=gauge("python_gone", 1), grouping_key={"path": "/"})
delete(job="python_gone", grouping_key={"path": "/"})
