"""
Delimited io.prometheus.client.MetricFamily messages, taken apart no further than to the labels of
each metric: what is not looked at goes on as it came.
"""

FAMILY_NAME, FAMILY_HELP, FAMILY_TYPE, FAMILY_METRIC = 1, 2, 3, 4
METRIC_LABEL = 1
LABEL_NAME, LABEL_VALUE = 1, 2
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

TYPES = {
    "COUNTER": 0,
    "GAUGE": 1,
    "SUMMARY": 2,
    "UNTYPED": 3,
    "HISTOGRAM": 4,
    "GAUGE_HISTOGRAM": 5,
}


class Malformed(Exception):
    """The bytes are not what they should be."""


def read_varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise Malformed(f"a varint at byte {at} does not end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(message):
    """Number and value of each field; integers for varints, bytes for everything else."""
    at = 0
    while at < len(message):
        tag, at = read_varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = read_varint(message, at)
        else:
            if kind == BYTES:
                length, at = read_varint(message, at)
            elif kind == FIXED64:
                length = 8
            elif kind == FIXED32:
                length = 4
            else:
                raise Malformed(f"wire type {kind} at byte {at}")
            if length > len(message) - at:
                raise Malformed(f"a field at byte {at} is longer than its message")
            value = message[at : at + length]
            at += length
        yield number, value


def delimited(data):
    """The messages of a scrape."""
    at = 0
    view = memoryview(data)
    while at < len(data):
        length, at = read_varint(data, at)
        if length > len(data) - at:
            raise Malformed(f"the message at byte {at} is cut off")
        yield bytes(view[at : at + length])
        at += length


def labels(metric):
    """The labels of a metric: a sorted tuple of pairs."""
    pairs = []
    for number, value in fields(metric):
        if number == METRIC_LABEL:
            name = content = ""
            for part, text in fields(value):
                if part == LABEL_NAME:
                    name = text.decode()
                elif part == LABEL_VALUE:
                    content = text.decode()
            pairs.append((name, content))
    return tuple(sorted(pairs))


def _bytes_field(number, content):
    return varint(number << 3 | BYTES) + varint(len(content)) + content


def family(name, help_text, type_name, metrics):
    """One family behind its length."""
    message = _bytes_field(FAMILY_NAME, name.encode())
    if help_text:
        message += _bytes_field(FAMILY_HELP, help_text.encode())
    message += varint(FAMILY_TYPE << 3 | VARINT) + varint(TYPES[type_name])
    message += b"".join(_bytes_field(FAMILY_METRIC, metric) for metric in metrics)
    return varint(len(message)) + message
