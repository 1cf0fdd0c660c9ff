"""The stops of a JVM, from its log of safepoints."""

import dataclasses
import os
import re

TOTAL = re.compile(r"\[safepoint *\] Safepoint .*Total: *(\d+) ns")


@dataclasses.dataclass(frozen=True)
class Stops:
    """Milliseconds of the longest stop and of all together, and how many were longer than 10 ms."""

    longest: float
    sum: float
    long: int


class StopLog:
    """The stops of a server since this was made."""

    def __init__(self, server):
        self.path = server.stops
        self.begin = os.path.getsize(self.path)

    def read(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.begin)
            millis = [int(found[1]) / 1e6 for found in map(TOTAL.search, log) if found]
        return Stops(
            max(millis, default=0.0), sum(millis), sum(length > 10 for length in millis))
