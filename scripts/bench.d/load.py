"""What is done to a server: pushes by wrk, scrapes by curl."""

import dataclasses
import os
import re
import statistics
import subprocess
import threading
import time

from servers import ServerFailed

CONNECTIONS = 16
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "push.lua")
# Longer than any push to the real one takes.
TIMEOUT = "300s"
FILL_LIMIT = "600s"
SETTLE_SECONDS = 20


@dataclasses.dataclass(frozen=True)
class Pushes:
    """
    One window of pushes: the rate of those that were taken, in pushes a second, latencies in
    milliseconds, and how many were refused.
    """

    rate: float
    p50: float
    p99: float
    refused: int = 0


@dataclasses.dataclass(frozen=True)
class Scrapes:
    """The median of some scrapes, in seconds, and the size of the last."""

    seconds: float
    size: int
    count: int


def fill(server, groups, pushes=None):
    """Pushes to each group at least once, as often as given in all, and counts the groups."""
    push_to_each(server, groups, pushes)
    # An unchecked push, and so the settling, is answered before it has taken effect.
    deadline = time.monotonic() + SETTLE_SECONDS
    while (found := count_groups(server)) != groups:
        if time.monotonic() > deadline:
            raise ServerFailed(f"{server.name} has {found} groups (expected: {groups})")


def push_to_each(server, groups, pushes=None):
    done = wrk(server, FILL_LIMIT, CONNECTIONS, groups, pushes or groups)
    if done.returncode != 0:
        raise ServerFailed(f"{server.name} refused pushes: {done.stderr}{server.log_tail()}")
    server.settle()


def push(server, groups, seconds, connections=CONNECTIONS, may_refuse=False):
    return measured(server, wrk(server, f"{seconds}s", connections, groups), may_refuse)


def push_constantly(server, seconds):
    """One and the same request, which costs wrk next to nothing."""
    return measured(server, wrk(server, f"{seconds}s", CONNECTIONS, "constant"))


def wrk(server, duration, connections, *arguments):
    return subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{duration}", "--timeout", TIMEOUT, "-s", SCRIPT,
         server.url, "--", *map(str, arguments)],
        capture_output=True, text=True, check=False)


def measured(server, done, may_refuse=False):
    """What push.lua prints at the end of a window."""
    result = {
        key: int(value)
        for line in done.stdout.splitlines() if line.startswith("RESULT ")
        for key, value in re.findall(r"(\w+)=(-?\d+)", line)
    }
    if not result:
        raise ServerFailed(f"wrk failed against {server.name}:\n{done.stdout}{done.stderr}")
    refused = result["refused"]
    taken = result["answers"] - refused
    if (refused and not may_refuse) or result["broken"] or not taken:
        raise ServerFailed(f"{server.name} refused pushes: {result}\n{server.log_tail()}")
    return Pushes(
        taken / (result["micros"] / 1e6), result["p50"] / 1e3, result["p99"] / 1e3, refused)


def median_of(windows):
    """The median of each figure, and how many were refused in all."""
    rate, p50, p99 = (
        statistics.median(getattr(window, figure) for window in windows)
        for figure in ("rate", "p50", "p99"))
    return Pushes(rate, p50, p99, sum(window.refused for window in windows))


def scrape(server, gzip=False):
    """Seconds and bytes of one scrape."""
    done = subprocess.run(
        ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{time_total} %{size_download}",
         *(["-H", "Accept-Encoding: gzip"] if gzip else []), f"{server.url}/metrics"],
        capture_output=True, text=True, check=False)
    status, seconds, size = (done.stdout.split() + ["", "", ""])[:3]
    if done.returncode != 0 or status != "200":
        raise ServerFailed(f"scrape of {server.name}: {status} {done.stderr}")
    return float(seconds), int(size)


def scrapes(server, count, gzip=False, before_each=lambda: None):
    taken = []
    for _ in range(count):
        before_each()
        taken.append(scrape(server, gzip))
    return summary(taken)


def push_while_scraping(server, groups, seconds):
    """A window of pushes with one scraper that, like Prometheus, asks for gzip, and never rests."""
    taken = []
    failed = []
    is_over = threading.Event()

    def scrape_on():
        try:
            while not is_over.is_set():
                taken.append(scrape(server, gzip=True))
        except ServerFailed as failure:
            failed.append(failure)

    scraper = threading.Thread(target=scrape_on)
    scraper.start()
    try:
        pushes = push(server, groups, seconds)
    finally:
        is_over.set()
        scraper.join()
    if failed:
        raise failed[0]
    return pushes, summary(taken)


def summary(taken):
    return Scrapes(statistics.median(seconds for seconds, _ in taken), taken[-1][1], len(taken))


def count_groups(server):
    body = subprocess.run(
        ["curl", "-sSf", f"{server.url}/metrics"], capture_output=True, check=True).stdout
    return sum(line.startswith(b"push_time_seconds{") for line in body.splitlines())

