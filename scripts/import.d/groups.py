"""
Groups as the source has them. The API knows which series belongs to which group, the scrape in
protobuf knows everything about a series: they are joined by family and labels.
"""

import base64
import dataclasses
import re
import time
import urllib.parse

import wire
from server import ServerFailed

PROTOBUF = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
    "encoding=delimited;escaping=allow-utf-8"
)
PUSH_TIME = "push_time_seconds"
PUSH_FAILURE_TIME = "push_failure_time_seconds"
ATTEMPTS = 5

LEGACY_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
PLAIN_VALUE = re.compile(r"[A-Za-z0-9_:-][A-Za-z0-9_.:-]*\Z")
TEXT = "text/plain;version=0.0.4;escaping=allow-utf-8"
SAMPLE = re.compile(r"push_time_seconds\{(.*)\} (\S+)\Z")
# A name that is not plain stands in quotes.
LABEL = re.compile(
    r'(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]|\\.)*)")="((?:[^"\\]|\\.)*)"'
)


class Changing(Exception):
    """The source has changed between two of its answers."""


@dataclasses.dataclass(frozen=True)
class Group:
    """
    labels: the grouping key; pushed, failed: seconds since 1970, 0 for never; body: all families
    in delimited protobuf; families, series: how many are in it.
    """

    labels: dict
    pushed: float
    failed: float
    body: bytes
    families: int
    series: int

    def __str__(self):
        return "{" + ",".join(f'{k}="{v}"' for k, v in sorted(self.labels.items())) + "}"


def read(source):
    """All groups of the source. Raises ServerFailed."""
    path = source.flags().get("web.telemetry-path", "/metrics")
    for _ in range(ATTEMPTS):
        listed = source.json("/api/v1/metrics")
        if not isinstance(listed, list):
            raise ServerFailed(f"{source.url}/api/v1/metrics holds no list of groups")
        try:
            series = _scrape(source, path)
            return [_group(each, series) for each in listed]
        except Changing as e:
            problem = e
            time.sleep(1)
    raise ServerFailed(f"{source.url} shows in {path} another state than in its API: {problem}")


def _scrape(source, path):
    """Encoded metrics by family name and labels."""
    status, kind, body = source.get(path, PROTOBUF)
    if status != 200:
        raise ServerFailed(
            f"{source.url}{path} answers {status}: "
            + body.decode(errors="replace").strip()[:500]
            + "\nA Pushgateway that cannot be scraped cannot be copied over HTTP. Its file can be"
            " migrated: stop it and start a new Holdfast with --persistence.file"
        )
    if not kind.startswith("application/vnd.google.protobuf"):
        raise ServerFailed(f"{source.url}{path} is not in protobuf but {kind}")
    series = {}
    try:
        for message in wire.delimited(body):
            name = ""
            metrics = []
            for number, value in wire.fields(message):
                if number == wire.FAMILY_NAME:
                    name = value.decode()
                elif number == wire.FAMILY_METRIC:
                    metrics.append(value)
            for metric in metrics:
                series[name, wire.labels(metric)] = metric
    except (wire.Malformed, UnicodeDecodeError) as e:
        raise ServerFailed(f"{source.url}{path} is not the scrape of a Pushgateway: {e}") from e
    return series


def _group(listed, series):
    body = []
    families = count = 0
    for name in sorted(listed):
        family = listed[name]
        # Beside the families there are the labels and whether the last push succeeded.
        if not isinstance(family, dict) or "metrics" not in family:
            continue
        if name in (PUSH_TIME, PUSH_FAILURE_TIME):
            continue
        metrics = []
        for metric in family["metrics"] or []:
            labels = tuple(sorted((metric.get("labels") or {}).items()))
            if (name, labels) not in series:
                raise Changing(name + str(dict(labels)))
            metrics.append(series[name, labels])
        body.append(wire.family(name, family.get("help", ""), family["type"], metrics))
        families += 1
        count += len(metrics)
    return Group(
        _labels(listed),
        _time(listed, PUSH_TIME),
        _time(listed, PUSH_FAILURE_TIME),
        b"".join(body),
        families,
        count,
    )


def _labels(listed):
    labels = listed["labels"]
    if "metrics" in labels and not isinstance(labels["metrics"], str):
        # A family called labels has taken the place of the group's. The push time has them, too.
        labels = dict(listed[PUSH_TIME]["metrics"][0]["labels"])
        if labels.get("instance") == "":
            del labels["instance"]
    return labels


def _time(listed, name):
    metrics = listed.get(name, {}).get("metrics") or [{}]
    return float(metrics[0].get("value", 0))


def push_times(target):
    """When the target's groups were last pushed, by their labels without an empty instance."""
    path = target.flags().get("web.telemetry-path", "/metrics")
    status, _, body = target.get(path + "?collect[]=pushed", TEXT)
    if status != 200:
        raise ServerFailed(f"{target.url}{path} answers {status}: {body.decode(errors='replace')}")
    times = {}
    for line in body.decode().split("\n"):
        sample = SAMPLE.match(line)
        if sample:
            labels = {
                plain or _unescape(quoted): _unescape(value)
                for plain, quoted, value in LABEL.findall(sample[1])
            }
            times[key(labels)] = float(sample[2])
    return times


def key(labels):
    """What tells groups apart in a scrape, which cannot show whether an instance was pushed."""
    return tuple(sorted(pair for pair in labels.items() if pair != ("instance", "")))


def _unescape(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)


class NoPath(Exception):
    """The target reads no path as the group's labels."""


def url_path(labels, utf8_names):
    """
    Where the group is pushed to; utf8_names: whether the target reads names in paths that are
    escaped. Raises NoPath.
    """
    rest = sorted(name for name in labels if name != "job")
    return "/metrics" + "".join(
        _segment(_path_name(name, utf8_names), labels[name]) for name in ["job"] + rest
    )


def _path_name(name, utf8_names):
    is_plain = LEGACY_NAME.match(name)
    if is_plain and not (utf8_names and name.startswith("U__")):
        return name
    if not utf8_names:
        raise NoPath(
            f"the target takes no label {name!r}: start it with --push.enable-utf8-names"
        )
    if all(ord(char) <= 0xFFFFF for char in name):
        return _escaped_name(name)
    if name.startswith("U__") or "/" in name or "@" in name:
        raise NoPath(f"no path can name the label {name!r}")
    return urllib.parse.quote(name, safe="")


def _segment(name, value):
    if PLAIN_VALUE.match(value):
        return f"/{name}/{value}"
    encoded = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    return f"/{name}@base64/{encoded or '='}"


def _escaped_name(name):
    """As Prometheus escapes names that are not plain: U__, and _HEX_ for what is not allowed."""
    out = "U__"
    for i, char in enumerate(name):
        if char == "_":
            out += "__"
        elif re.match("[a-zA-Z]" if i == 0 else "[a-zA-Z0-9]", char):
            out += char
        else:
            out += f"_{ord(char):x}_"
    return out
