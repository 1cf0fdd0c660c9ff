"""Part "push": rates and latencies of pushes by number of connections, beside peers and ceilings."""

import os
import time

import load
import wal
from part import Part
from plan import say
from plot import Plot
from servers import VictoriaMetrics
from table import Aim, millis, rate, significant

HANDLER = "empty handler"
COMMIT = "bare commit"
OF_HANDLER = {16: Aim(0.3, True, " of the empty handler's"), 64: Aim(0.4, True, " of the empty handler's")}
OF_VICTORIA_METRICS = Aim(1.5, True, " times VictoriaMetrics'")
SHORTER = Aim(200, True, " times shorter")
SAMPLE = 50


class PushPart(Part):
    name = "push"

    def run(self):
        plan = self.plan
        self.found = {}
        self.table_of_pushes = self.table(f"pushes to {plan.groups:,} groups", HANDLER, COMMIT)
        for title in self.lab.pushgateways:
            self.measure_pushgateway(title)
        with self.lab.room() as room:
            holdfast = room.holdfast()
            self.shape = self.shape_of_push(holdfast)
            servers = {
                "Holdfast": holdfast, HANDLER: room.ceiling(),
                VictoriaMetrics.title: room.victoria_metrics()}
            servers = {title: server for title, server in servers.items() if server}
            self.warm_up(servers)
            for connections in plan.connections:
                self.measure(servers, connections)
            self.commits(room)
            self.show()
            self.constant(servers[HANDLER])
        self.plot()

    def warm_up(self, servers):
        say("push: warm-up")
        for title, server in servers.items():
            load.fill(server, self.plan.groups, counted=title == "Holdfast")
            load.push(server, self.plan.groups, self.plan.warm_up)

    def measure(self, servers, connections):
        plan = self.plan
        say(f"push: {connections} connections")
        medians = load.in_turns(plan.rounds, {
            title: lambda server=server: load.push(server, plan.groups, plan.window, connections)
            for title, server in servers.items()})
        for title, pushes in medians.items():
            self.found[title, connections] = pushes

    def measure_pushgateway(self, title):
        plan = self.plan
        with self.lab.room() as room:
            pushgateway = room.pushgateway(title, plan.groups)
            room.restart_checking(pushgateway)
            say(f"{title}: pushes")
            load.push(pushgateway, plan.groups, 1, connections=1)
            for connections in plan.connections[:2]:
                self.found[title, connections] = load.push(
                    pushgateway, plan.groups, plan.slow_window, connections)
                pushgateway.settle()

    # Ceilings of durability.

    def shape_of_push(self, holdfast):
        """Records and bytes that a push alone adds to the log."""
        directory = f"{holdfast.directory}/data"
        before = wal.written(directory)
        self.lab.open_load.run(holdfast, SAMPLE, 1, groups=SAMPLE)
        added = wal.written(directory) - before
        records, size = max(1, round(added.records / SAMPLE)), max(1, added.bytes // SAMPLE)
        self.notes.append(
            f"A push alone adds {added.records / SAMPLE:.1f} records and {size:,} bytes to the log."
            f' "{COMMIT}" is a RocksDB without a server that commits and syncs {records} records and'
            " these bytes for each push, a batch of one push for each connection. Its latency is"
            " that of a loop that appends these bytes to a file and calls fdatasync.")
        return records, size

    def commits(self, room):
        records, size = self.shape
        plan = self.plan
        for connections in plan.connections:
            say(f"push: bare commits of {connections} pushes")
            directory = f"{room.directory}/commits-{connections}"
            os.makedirs(directory)
            numbers = (records, size, connections, plan.groups, max(1, plan.window // 2))
            done = self.lab.programs.run("ceiling.GroupCommit", directory, *map(str, numbers))
            self.found[COMMIT, connections] = done["pushes"] / (done["micros"] / 1e6)
        self.flushes = flush_loop(f"{room.directory}/flushes", size, plan.window / 4)

    # What was found.

    def show(self):
        for connections in self.plan.connections:
            self.show_rates(connections)
        one = self.plan.connections[0]
        theirs = [self.found[title, one].p50 for title in self.lab.pushgateways]
        mine = self.found["Holdfast", one].p50
        self.table_of_pushes.add(
            "one push at a time, p50",
            {**self.row(one, lambda pushes: millis(pushes.p50)), COMMIT: millis(self.flushes[1])},
            min(theirs) / mine if theirs else None, SHORTER)
        self.table_of_pushes.add(
            "a bare fdatasync loop", {COMMIT: rate(self.flushes[0])})

    def show_rates(self, connections):
        mine, ceiling = self.found["Holdfast", connections], self.found[HANDLER, connections]
        self.table_of_pushes.add(
            f"durable, checked pushes, {connections} connections",
            {**self.row(connections, lambda pushes: rate(pushes.rate)),
             COMMIT: rate(self.found[COMMIT, connections])},
            mine.rate / ceiling.rate, OF_HANDLER.get(connections))
        for name in ("p50", "p99", "max"):
            self.table_of_pushes.add(
                f"- their {name}",
                self.row(connections, lambda pushes, name=name: millis(getattr(pushes, name))))
        self.table_of_pushes.add(
            "- CPU of a push, user + kernel", self.row(connections, lambda pushes: pushes.cpu))
        self.table_of_pushes.add(
            "- of the bare commit's rate", {}, mine.rate / self.found[COMMIT, connections])
        victoria = self.found.get((VictoriaMetrics.title, connections))
        if victoria:
            self.table_of_pushes.add(
                "- against VictoriaMetrics", {}, mine.rate / victoria.rate, OF_VICTORIA_METRICS)

    def row(self, connections, shown):
        return {
            title: shown(pushes) for (title, number), pushes in self.found.items()
            if number == connections and title != COMMIT}

    def constant(self, ceiling):
        constant = load.push_constantly(ceiling, max(1, self.plan.window // 2))
        changing = self.found[HANDLER, load.CONNECTIONS]
        self.notes.append(
            f"wrk with one constant request reaches {rate(constant.rate)} at the empty handler:"
            f" {significant(constant.rate / changing.rate)} times what it reaches with the bench's"
            " changing ones.")

    def plot(self):
        connections = self.plan.connections
        titles = dict.fromkeys(title for title, _ in self.found if title != COMMIT)
        rates = {
            title: [
                self.found[title, number].rate if (title, number) in self.found else None
                for number in connections]
            for title in sorted(titles, key=lambda title: title != "Holdfast")}
        rates[COMMIT] = [self.found[COMMIT, number] for number in connections]
        self.plots["pushes.svg"] = Plot(
            "Pushes a second", "connections", "pushes/s", connections, rates).bars()


def flush_loop(path, size, seconds):
    """Rate of appending so many bytes and flushing them, and the milliseconds of one round."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        piece = os.urandom(size)
        rounds, started = 0, time.perf_counter()
        while (took := time.perf_counter() - started) < seconds:
            os.write(descriptor, piece)
            os.fdatasync(descriptor)
            rounds += 1
    finally:
        os.close(descriptor)
        os.unlink(path)
    return rounds / took, took * 1000 / rounds
