"""What takes the processor's time while something is measured."""

import collections
import contextlib
import glob
import os
import re
import resource
import time

TICKS = os.sysconf("SC_CLK_TCK")
THREADS = 6


class CpuMeter:
    """Adds up the seconds of each process, of all children that end meanwhile, and of the rest."""

    def __init__(self, servers):
        self.servers = servers
        self.elapsed = 0.0
        self.seconds = collections.Counter()
        self.threads = {server.name: collections.Counter() for server in servers}

    @contextlib.contextmanager
    def running(self):
        before, threads, started = self.taken(), self.taken_by_threads(), time.perf_counter()
        yield
        self.elapsed += time.perf_counter() - started
        # Counter's own minus forgets what has become less, as nothing here can but by rounding.
        self.seconds += self.taken() - before
        for name, after in self.taken_by_threads().items():
            self.threads[name] += after - threads[name]

    def taken(self):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open("/proc/stat", encoding="ascii") as lines:
            user, nice, system, _, _, irq, softirq, stolen = map(int, lines.readline().split()[1:9])
        return collections.Counter({
            **{server.name: ticks(f"/proc/{server.process.pid}/stat") for server in self.servers},
            "wrk": children.ru_utime + children.ru_stime,
            "all": (user + nice + system + irq + softirq + stolen) / TICKS,
        })

    def taken_by_threads(self):
        found = {}
        for server in self.servers:
            found[server.name] = collections.Counter()
            for task in glob.glob(f"/proc/{server.process.pid}/task/*"):
                with contextlib.suppress(OSError):
                    with open(f"{task}/comm", encoding="utf-8", errors="replace") as file:
                        # Of a pool, its name: http-23 and http-24 are both http.
                        name = re.sub(r"[-_:]*\d*$", "", file.read().strip())
                    found[server.name][name] += ticks(f"{task}/stat")
        return found

    def summary(self):
        named = {key: value for key, value in self.seconds.items() if key != "all"}
        # All that /proc/stat tells of, whichever of them this process may use.
        cores = os.cpu_count()
        others = max(0.0, self.seconds["all"] - sum(named.values()))
        shown = [*(f"{server.name} {self.seconds[server.name]:.1f}" for server in self.servers),
                 f"wrk {self.seconds['wrk']:.1f}", f"all others {others:.1f}",
                 f"idle {max(0.0, self.elapsed * cores - self.seconds['all']):.1f}"]
        return (f"{', '.join(shown)} s, of {cores} cores x {self.elapsed:.1f} s"
                f" = {cores * self.elapsed:.1f} s")

    def busiest_threads(self, name):
        return ", ".join(
            f"{thread} {seconds:.1f}" for thread, seconds in self.threads[name].most_common(THREADS)
            if seconds >= 0.05)


def ticks(path):
    """Seconds in user and kernel mode together, of a process or a thread."""
    return sum(times(path))


def user_and_kernel(server):
    """Seconds of the server's process in user and in kernel mode until now."""
    return times(f"/proc/{server.process.pid}/stat")


def times(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        # After the name, which may have blanks and brackets in it.
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS
