"""What is done to a server in a closed loop: pushes and scrapes by wrk, single scrapes by curl."""

import dataclasses
import os
import statistics
import subprocess
import threading
import time

from cpu import user_and_kernel
from servers import ServerFailed, result

CONNECTIONS = 16
HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "push.lua")
K6_LABELS = os.path.join(HERE, "k6_labels.lua")
# Longer than any push to the real one takes.
TIMEOUT = "300s"
FILL_LIMIT = "1200s"
SETTLE_SECONDS = 20


@dataclasses.dataclass(frozen=True)
class Pushes:
    """
    One window of pushes: the rate of those that were taken, in pushes a second, latencies in
    milliseconds, the microseconds of CPU that the server took for each, and how many were refused.
    """

    rate: float
    p50: float
    p99: float
    max: float
    user: float
    kernel: float
    refused: int = 0

    @property
    def cpu(self):
        return f"{self.user:,.0f} + {self.kernel:,.0f} µs"


@dataclasses.dataclass(frozen=True)
class Scrapes:
    """The median of some scrapes, in seconds, and the size of the last."""

    seconds: float
    size: int
    count: int


def fill(server, groups, pushes=None, series=10, counted=True):
    """Pushes to each group at least once, as often as given in all, and counts the groups."""
    push_to_each(server, groups, pushes, series)
    if not counted:
        return
    # An unchecked push, and so the settling, is answered before it has taken effect.
    deadline = time.monotonic() + SETTLE_SECONDS
    while (found := count_groups(server)) != groups:
        if time.monotonic() > deadline:
            raise ServerFailed(f"{server.name} has {found} groups (expected: {groups})")


def push_to_each(server, groups, pushes=None, series=10):
    done = wrk(
        server, FILL_LIMIT, CONNECTIONS, groups=groups, series=series, pushes=pushes or groups)
    if done.returncode != 0:
        raise ServerFailed(f"{server.name} refused pushes: {done.stderr}{server.log_tail()}")
    server.settle()


def push(server, groups, seconds, connections=CONNECTIONS, may_refuse=False, series=10, **words):
    started = user_and_kernel(server)
    done = wrk(server, f"{seconds}s", connections, groups=groups, series=series, **words)
    return measured(server, done, started, may_refuse)


def push_constantly(server, seconds):
    """One and the same request, which costs wrk next to nothing."""
    return push(server, 1, seconds, constant=1)


def push_by_seconds(server, groups, seconds):
    """How many pushes were sent in each second from now on."""
    done = wrk(server, f"{seconds + 2}s", CONNECTIONS, groups=groups, seconds=seconds)
    measured(server, done, user_and_kernel(server), may_refuse=True)
    return next(
        [int(count) for count in line.split()[1:]]
        for line in done.stdout.splitlines() if line.startswith("SECONDS "))


def push_like_k6(server, seconds, connections):
    started = user_and_kernel(server)
    done = run_wrk(server, f"{seconds}s", connections, K6_LABELS)
    return measured(server, done, started)


def scrape_on(server, seconds, gzip=False):
    """Scrapes over one kept connection, one after the other; their rate and latencies."""
    started = user_and_kernel(server)
    done = wrk(server, f"{seconds}s", 1, scrape=1, **({"gzip": 1} if gzip else {}))
    return measured(server, done, started)


def wrk(server, duration, connections, **words):
    return run_wrk(
        server, duration, connections, SCRIPT, "--", f"prefix={server.prefix}",
        *(f"{key}={value}" for key, value in words.items()))


def run_wrk(server, duration, connections, script, *arguments):
    return subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{duration}", "--timeout", TIMEOUT, "-s", script,
         server.url, *arguments],
        capture_output=True, text=True, check=False)


def measured(server, done, started, may_refuse=False):
    """What the script prints at the end of a window."""
    found = result(done.stdout)
    if not found:
        raise ServerFailed(f"wrk failed against {server.name}:\n{done.stdout}{done.stderr}")
    refused = found["refused"]
    taken = found["answers"] - refused
    if (refused and not may_refuse) or found["broken"] or not taken:
        raise ServerFailed(f"{server.name} refused pushes: {found}\n{server.log_tail()}")
    user, kernel = (
        (now - before) * 1e6 / found["answers"]
        for now, before in zip(user_and_kernel(server), started))
    return Pushes(
        taken / (found["micros"] / 1e6), found["p50"] / 1e3, found["p99"] / 1e3,
        found["max"] / 1e3, user, kernel, refused)


def median_of(windows):
    """The median of each figure, and how many were refused in all."""
    figures = (
        statistics.median(getattr(window, figure) for window in windows)
        for figure in ("rate", "p50", "p99", "max", "user", "kernel"))
    return Pushes(*figures, sum(window.refused for window in windows))


def in_turns(rounds, measures):
    """Runs each measure, A B A B, and returns the medians by name."""
    windows = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            windows[name].append(measure())
    return {name: median_of(taken) for name, taken in windows.items()}


def scrape(server, gzip=False, into="/dev/null"):
    """Seconds and bytes of one scrape."""
    done = subprocess.run(
        ["curl", "-sS", "-o", into, "-w", "%{http_code} %{time_total} %{size_download}",
         *(["-H", "Accept-Encoding: gzip"] if gzip else []), f"{server.url}/metrics"],
        capture_output=True, text=True, check=False)
    status, seconds, size = (done.stdout.split() + ["", "", ""])[:3]
    if done.returncode != 0 or status != "200":
        raise ServerFailed(f"scrape of {server.name}: {status} {done.stderr}")
    return float(seconds), int(size)


def scrape_both_ways(server):
    for gzip in (False, True):
        scrape(server, gzip)


def scrapes(server, count, gzip=False, before_each=lambda: None):
    taken = []
    for _ in range(count):
        before_each()
        taken.append(scrape(server, gzip))
    return summary(taken)


def while_scraping(server, action, pause=0.0):
    """
    What the action returns, and the scrapes meanwhile. The scraper, like Prometheus, asks for gzip,
    and rests for the pause between two scrapes.
    """
    taken = []
    failed = []
    is_over = threading.Event()

    def scrape_until_over():
        try:
            while True:
                taken.append(scrape(server, gzip=True))
                if is_over.wait(pause):
                    break
        except ServerFailed as failure:
            failed.append(failure)

    scraper = threading.Thread(target=scrape_until_over)
    scraper.start()
    try:
        done = action()
    finally:
        is_over.set()
        scraper.join()
    if failed:
        raise failed[0]
    return done, summary(taken)


def summary(taken):
    return Scrapes(statistics.median(seconds for seconds, _ in taken), taken[-1][1], len(taken))


def count_groups(server):
    body = subprocess.run(
        ["curl", "-sSf", f"{server.url}/metrics"], capture_output=True, check=True).stdout
    return sum(line.startswith(b"push_time_seconds{") for line in body.splitlines())
