"""What all parts of a run share: the plan, the directories, the servers and the programs."""

import contextlib
import itertools
import os
import shutil
import subprocess

import load
from open_load import OpenLoad
from plan import say
from servers import Ceiling, Holdfast, Programs, Pushgateway, ServerFailed, VictoriaMetrics
from table import Table

DEBIANS = "prometheus-pushgateway"


class Lab:
    def __init__(self, plan, directory, home, with_peers):
        self.plan = plan
        self.directory = directory
        self.home = home
        self.programs = Programs(home, directory)
        self.open_load = OpenLoad(self.programs)
        self.numbers = itertools.count(1)
        # Binaries by title, so that each has its column.
        self.pushgateways = dict(pushgateways()) if with_peers else {}
        self.victoria_metrics = os.environ.get("VICTORIA_METRICS") if with_peers else None
        self.peer_columns = [
            *self.pushgateways, *([VictoriaMetrics.title] if self.victoria_metrics else [])]

    def table(self, title, *more_columns):
        return Table(title, ["Holdfast", *self.peer_columns, *more_columns])

    @contextlib.contextmanager
    def room(self):
        """Servers of one part; all of them end with it, and their files go."""
        directory = f"{self.directory}/{next(self.numbers)}"
        with contextlib.ExitStack() as running:
            running.callback(shutil.rmtree, directory, ignore_errors=True)
            yield Room(self, directory, running)


class Room:
    def __init__(self, lab, directory, running):
        self.lab = lab
        self.directory = directory
        self.running = running

    def started(self, server):
        self.running.callback(server.kill)
        server.start()
        return server

    def holdfast(self, name="holdfast", *arguments, logs_stops=False):
        server = Holdfast(self.lab.home, f"{self.directory}/{name}", name, arguments)
        server.stops = f"{server.directory}/stops" if logs_stops else None
        return self.started(server)

    def ceiling(self, *files):
        name = f"ceiling-{len(files)}"
        return self.started(Ceiling(self.lab.programs, f"{self.directory}/{name}", *files))

    def victoria_metrics(self):
        """None if there is none to compare with."""
        if not self.lab.victoria_metrics:
            return None
        return self.started(VictoriaMetrics(
            self.lab.victoria_metrics, f"{self.directory}/victoria-metrics"))

    def pushgateway(self, title, groups, series=10):
        """The real one with that many groups. They are pushed unchecked, and it still runs so."""
        pushgateway = Pushgateway(
            self.lab.pushgateways[title], title, f"{self.directory}/{title.replace(' ', '-')}")
        pushgateway.is_checking = False
        self.started(pushgateway)
        if groups:
            say(f"{title}: {groups} groups, unchecked")
            load.fill(pushgateway, groups, series=series)
        return pushgateway

    @staticmethod
    def restart_checking(pushgateway):
        """Ends it, which persists what it has, and starts it from that, checking."""
        pushgateway.end()
        pushgateway.is_checking = True
        return pushgateway.start()


def pushgateways():
    """Title and binary of each: Debian's, and the one that $PUSHGATEWAY names."""
    for binary in dict.fromkeys([DEBIANS, os.environ.get("PUSHGATEWAY")]):
        if binary and shutil.which(binary):
            yield f"Pushgateway {version(binary)}", binary
        elif binary and binary != DEBIANS:
            raise ServerFailed(f"PUSHGATEWAY={binary} (expected: an executable file)")


def version(binary):
    done = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).split()
    number = words[words.index("version") + 1] if "version" in words else binary
    return number.partition("+")[0]
