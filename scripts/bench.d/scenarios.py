"""Part "scenarios": loads under which users of the Pushgateway have reported trouble."""

import time
import urllib.parse

import load
from cluster import Cluster
from ledger import Ledger
from part import Part
from plan import say
from servers import ServerFailed
from table import in_seconds, mebibytes, millis, rate

# Each is the number of an issue of prometheus/pushgateway.
S1 = "S1 (#313)"
S2 = "S2 (#321)"
S3 = "S3 (#604)"
S4 = "S4 (#402)"
S5 = "S5 (#384)"
S6 = "S6"
S7 = "S7"
NODES = "three nodes, HAProxy"
OTHER_JOB = "kept"


class ScenariosPart(Part):
    name = "scenarios"

    def run(self):
        self.found = self.table("scenarios of users", NODES)
        try:
            with self.lab.room() as room:
                # One node for those that only add groups, fewest first.
                self.holdfast = room.holdfast()
                for scenario in (
                        self.like_k6, self.clients_at_once, self.small_pushes, self.wide_push):
                    scenario()
            for scenario in (
                    self.many_series, self.wipe_under_load, self.crashes, self.rolling_restart):
                scenario()
        finally:
            self.found.sort()

    def scaled(self, number):
        return max(1, number // self.plan.smaller)

    def on_each(self, groups, action):
        """The result of the action on Holdfast and on each Pushgateway, by title, with these groups."""
        if groups:
            load.fill(self.holdfast, groups, counted=False)
        found = {"Holdfast": action(self.holdfast)}
        for title in self.lab.pushgateways:
            with self.lab.room() as room:
                server = room.pushgateway(title, groups)
                room.restart_checking(server)
                found[title] = action(server)
        return found

    def show(self, what, found, figures=("p50", "p99", "max")):
        self.found.add(what, {title: arrivals.outcome() for title, arrivals in found.items()})
        for name in figures:
            shown = "the longest" if name == "max" else name
            self.found.add(
                f"- {shown}",
                {title: millis(getattr(arrivals, name)) for title, arrivals in found.items()})

    # S1: 100 clients with 15,000 series each push once a minute, and Prometheus scrapes every 15 s.

    def many_series(self):
        plan = self.plan
        clients, series = self.scaled(100), self.scaled(15_000)
        say(f"{S1}: {clients} clients with {series} series")
        with self.lab.room() as room:
            holdfast = room.holdfast()
            arrivals, scrapes = load.while_scraping(
                holdfast,
                lambda: self.lab.open_load.run(
                    holdfast, clients / plan.minute, 2 * plan.minute, groups=clients, series=series,
                    drain=plan.minute),
                pause=plan.minute / 4)
            resident = holdfast.resident_bytes()
        self.show(f"{S1}: {clients} clients push {series:,} series each, once a minute, for two",
                  {"Holdfast": arrivals})
        self.found.add(
            "- scrape every 15 s, gzip, the median", {"Holdfast": millis(scrapes.seconds * 1000)})
        self.found.add("- resident", {"Holdfast": mebibytes(resident)})

    # S2: 300 small pushes a second, with 100,000 series stored.

    def small_pushes(self):
        plan = self.plan
        groups = self.scaled(10_000)
        say(f"{S2}: 300 pushes/s")
        self.show(
            f"{S2}: 300 pushes/s for {plan.steady_load} s, {groups * 10:,} series stored",
            self.on_each(groups, lambda server: self.lab.open_load.run(
                server, 300, plan.steady_load, groups=groups)))

    # S3: a PUT of 80 KB into 300,000 series.

    def wide_push(self):
        groups, series = self.scaled(30_000), 1000
        say(f"{S3}: one push of {series} series")
        self.show(
            f"{S3}: {series:,} series pushed every 5 s, {groups * 10:,} series stored",
            self.on_each(groups, lambda server: self.lab.open_load.run(
                server, 0.2, max(5, self.plan.steady_load), groups=1, series=series,
                drain=self.plan.minute)),
            figures=("p50", "max"))

    # S4: 1,000 clients a minute. Jobs start at the full minute, so all of them come at once.

    def clients_at_once(self):
        clients = self.scaled(1000)
        say(f"{S4}: {clients} clients")
        self.show(
            f"{S4}: {clients:,} clients within a second, a connection each",
            self.on_each(clients, lambda server: self.lab.open_load.run(
                server, clients, 1, connections=clients, fresh=1, groups=clients,
                drain=self.plan.minute)))

    # S5: 5,000 groups deleted under load, by selector and all.

    def wipe_under_load(self):
        groups = self.scaled(5000)
        say(f"{S5}: {groups} groups deleted under load")
        selector = urllib.parse.quote('match[]={job="nightly-etl",instance=~"worker-.*"}', safe="=")
        deletes = {
            "by a regular expression": ("DELETE", f"/api/v1/groups?{selector}", 200),
            "with all others": ("PUT", "/api/v1/admin/wipe", 202),
        }
        with self.lab.room() as room:
            holdfast = room.holdfast("holdfast", "--web.enable-admin-api")
            for what, (method, path, expected) in deletes.items():
                load.fill(holdfast, groups, counted=False)
                seconds, arrivals = self.delete_under_load(holdfast, method, path, expected)
                self.found.add(
                    f"{S5}: {groups:,} groups deleted {what}, beside 300 pushes/s",
                    {"Holdfast": in_seconds(seconds)})
                self.found.add("- the pushes", {"Holdfast": arrivals.outcome()})
                self.found.add("- their longest", {"Holdfast": millis(arrivals.max)})

    def delete_under_load(self, holdfast, method, path, expected):
        seconds = max(2, self.plan.steady_load // 6)
        with self.lab.open_load.running(
                holdfast, 300, groups=100, job=OTHER_JOB, warmup=1) as pushes:
            time.sleep(seconds)
            started = time.perf_counter()
            status, answer = holdfast.ask(method, path)
            took = time.perf_counter() - started
            if status != expected:
                raise ServerFailed(f"{method} {path} answered {status}: {answer.decode()}")
            time.sleep(seconds)
            return took, pushes.outcomes()

    # S6: crashes and rolling restarts during S2. An acknowledged push must still be there.

    def crashes(self):
        plan = self.plan
        say(f"{S6}: kill -9 during S2")
        with self.lab.room() as room:
            holdfast = room.holdfast()
            ledger = Ledger(f"{room.directory}/ledger")
            with self.lab.open_load.running(
                    holdfast, 300, groups=self.scaled(10_000), ledger=ledger.path) as pushes:
                for _ in range(plan.kills):
                    time.sleep(max(2, plan.steady_load / 6))
                    holdfast.kill()
                    holdfast.start()
                time.sleep(2)
                arrivals = pushes.outcomes()
            lost = ledger.lost(holdfast)
        self.found.add(
            f"{S6}: kill -9 during S2, {plan.kills} times", {"Holdfast": arrivals.outcome()})
        self.found.add("- acknowledged and lost", {"Holdfast": f"{lost:,}"})
        if lost:
            self.notes.append(f"CAREFUL: {lost} acknowledged pushes were lost by kill -9")

    def rolling_restart(self):
        plan = self.plan
        say(f"{S6}: rolling restart during S2")
        with self.lab.room() as room:
            cluster = Cluster(self.lab.home, f"{room.directory}/cluster")
            room.running.callback(cluster.kill)
            cluster.start()
            load.push_to_each(cluster.nodes[0], self.scaled(10_000))
            load.push(cluster.balancer, self.scaled(10_000), plan.cluster_warm_up, may_refuse=True)
            ledger = Ledger(f"{room.directory}/ledger")
            with self.lab.open_load.running(
                    cluster.balancer, 300, groups=self.scaled(10_000), warmup=1, drain=30,
                    ledger=ledger.path) as pushes:
                time.sleep(2)
                for node in cluster.nodes:
                    node.end()
                    node.start()
                arrivals = pushes.outcomes()
            cluster.await_same()
            lost = ledger.lost(cluster.nodes[-1])
        self.show(f"{S6}: rolling restart during S2", {NODES: arrivals})
        self.found.add("- acknowledged and lost", {NODES: f"{lost:,}"})
        if lost:
            self.notes.append(f"CAREFUL: {lost} acknowledged pushes were lost by a rolling restart")

    # S7: the requests of zapier/prom-aggregation-gateway's script for k6, ten at once, for 30 s.

    def like_k6(self):
        say(f"{S7}: requests of zapier's script for k6")
        seconds = min(30, self.plan.steady_load)

        def requests(server):
            load.push_like_k6(server, self.plan.warm_up, 10)
            return load.push_like_k6(server, seconds, 10)

        found = self.on_each(0, requests)
        self.found.add(
            f"{S7}: zapier's script for k6, 10 at once",
            {title: rate(pushes.rate) for title, pushes in found.items()})
        for name in ("p50", "p99"):
            self.found.add(
                f"- {name}",
                {title: millis(getattr(pushes, name)) for title, pushes in found.items()})
