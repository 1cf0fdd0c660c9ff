"""Pushes at a fixed arrival rate, by the load generator of module benchmarks."""

import dataclasses
import subprocess

from servers import ServerFailed, result

# Requests that may be on the way at once; more that come due wait, and their latency counts on.
CONNECTIONS = 64
# Of a load that ends before, when its caller is done.
LONGEST_SECONDS = 3600


@dataclasses.dataclass(frozen=True)
class Arrivals:
    """
    One run: latencies in milliseconds from the moment when a request was due, how late the
    generator itself was, and how the requests ended.
    """

    p50: float
    p90: float
    p99: float
    p999: float
    max: float
    late_p99: float
    taken: int
    refused: int
    failed: int
    unanswered: int

    @property
    def lost(self):
        return self.refused + self.failed + self.unanswered

    def outcome(self):
        counts = {"refused": self.refused, "broken": self.failed, "unanswered": self.unanswered}
        bad = [f"{count:,} {name}" for name, count in counts.items() if count]
        return ", ".join([f"{self.taken:,} taken", *bad])


class OpenLoad:
    def __init__(self, programs):
        self.programs = programs

    def run(self, server, rate, seconds, **words):
        """Words are those of the generator's Settings."""
        with RunningLoad(self.command(server, rate, seconds, words), subprocess.DEVNULL) as load:
            return load.outcomes()

    def running(self, server, rate, **words):
        """A load that goes on until outcomes() is called."""
        command = self.command(server, rate, LONGEST_SECONDS, {**words, "input": 1})
        return RunningLoad(command, subprocess.PIPE)

    def command(self, server, rate, seconds, words):
        words = {
            "port": server.port, "prefix": server.prefix, "rate": f"{rate:.3f}", "seconds": seconds,
            "connections": CONNECTIONS, **words}
        return self.programs.command(
            "load.OpenLoad", *(f"{key}={value}" for key, value in words.items()))


class RunningLoad:
    """A generator that works while the caller does something to the server."""

    def __init__(self, command, source):
        self.process = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def outcomes(self):
        """Ends the load, if it goes on until then, and waits for the last answers."""
        printed, complaints = self.process.communicate()
        found = result(printed)
        if self.process.returncode != 0 or not found:
            raise ServerFailed(f"the load generator failed:\n{printed}{complaints}")
        times = (found[key] / 1e3 for key in ("p50", "p90", "p99", "p999", "max", "late_p99"))
        counts = (found[key] for key in ("taken", "refused", "failed", "unanswered"))
        return Arrivals(*times, *counts)
