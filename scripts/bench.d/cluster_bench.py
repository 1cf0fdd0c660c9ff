"""Part "cluster": three nodes and HAProxy in front of them, beside a node alone."""

import contextlib
import time

import load
from cluster import Cluster
from cpu import CpuMeter
from part import Part
from plan import say
from servers import ServerFailed
from table import Aim, Table, in_seconds, mebibytes, millis, rate

NODE, BALANCED, ALONE = "one node of it", "HAProxy", "node alone"

OF_ALONE = Aim(0.333, True, " of the node's alone")
BALANCED_OF_ALONE = Aim(0.25, True, " of the node's alone")
ONE_PUSH = Aim(1, False, " ms")
COPIED = Aim(8, False, " s")

FILL_ATTEMPTS = 5


class ClusterPart(Part):
    """What is refused is counted and told: it does not end the run, as it may recover."""

    name = "cluster"

    def run(self):
        self.found = Table("cluster of three nodes", [NODE, BALANCED, ALONE])
        self.tables.append(self.found)
        with self.lab.room() as room:
            self.pushes(room)
        with self.lab.room() as room:
            self.many_groups(room)
        with self.lab.room() as room:
            self.copy_beside_pushes(room)

    def cluster(self, room):
        cluster = Cluster(self.lab.home, f"{room.directory}/cluster")
        room.running.callback(cluster.kill)
        # Called before the nodes are killed, whatever happens.
        room.running.callback(lambda: self.notes.extend(cluster.complaints()))
        cluster.start()
        return cluster

    def row(self, what, node="", balanced="", alone="", ratio=None, aim=None):
        self.found.add(what, {NODE: node, BALANCED: balanced, ALONE: alone}, ratio, aim)

    # Pushes at the usual number of groups.

    def pushes(self, room):
        plan = self.plan
        alone = room.holdfast("alone")
        cluster = self.cluster(room)
        node, balancer = cluster.nodes[0], cluster.balancer
        say("Cluster, and a node alone: warm-up")
        load.fill(alone, plan.groups)
        self.fill(cluster, plan.groups)
        for server, seconds in (
                (alone, plan.warm_up), (node, plan.cluster_warm_up), (balancer, plan.warm_up)):
            load.push(server, plan.groups, seconds, may_refuse=True)
        say("Cluster, and a node alone: pushes")
        servers = {"alone": alone, "one node": node, "HAProxy": balancer}
        self.pushes_of_many(servers, cluster)
        self.pushes_of_one(servers)
        cluster.await_same()

    def fill(self, cluster, groups):
        self.push_to_each(cluster.nodes[0], groups)
        for node in cluster.nodes:
            found = load.count_groups(node)
            if found != groups:
                raise ServerFailed(f"{node.name} has {found} groups (expected: {groups})")

    def push_to_each(self, server, groups):
        for attempt in range(1, FILL_ATTEMPTS + 1):
            try:
                load.push_to_each(server, groups)
                return
            except ServerFailed as failure:
                if attempt == FILL_ATTEMPTS:
                    raise
                self.notes.append(f"CAREFUL: begun again: {str(failure).splitlines()[0]}")
                time.sleep(1)

    def windows(self, servers, seconds, connections, meters=None):
        """In turns, and the medians of each."""
        taken = {key: [] for key in servers}
        for _ in range(self.plan.rounds):
            for key, server in servers.items():
                with meters[key].running() if meters else contextlib.nullcontext():
                    taken[key].append(
                        load.push(server, self.plan.groups, seconds, connections, may_refuse=True))
                server.settle()
        medians = {key: load.median_of(windows) for key, windows in taken.items()}
        for key, pushes in medians.items():
            if pushes.refused:
                self.notes.append(
                    f"CAREFUL: {pushes.refused} pushes were refused, {key}, {connections} at once")
        return medians

    def pushes_of_many(self, servers, cluster):
        plan = self.plan
        meters = {key: CpuMeter([*cluster.processes, servers["alone"]]) for key in servers}
        found = self.windows(servers, plan.window, load.CONNECTIONS, meters)
        alone, node, balanced = found["alone"], found["one node"], found["HAProxy"]
        self.row(
            f"durable pushes, {load.CONNECTIONS} connections, {plan.groups:,} groups",
            rate(node.rate), "", rate(alone.rate), node.rate / alone.rate, OF_ALONE)
        self.row(
            "- through HAProxy", "", rate(balanced.rate), rate(alone.rate),
            balanced.rate / alone.rate, BALANCED_OF_ALONE)
        for name in ("p50", "p99"):
            self.row(
                f"- their {name}",
                *(millis(getattr(pushes, name)) for pushes in (node, balanced, alone)))
        for key, meter in meters.items():
            self.notes.append(f"CPU during those pushes, {key}: {meter.summary()}")
            busiest = ["alone"] if key == "alone" else ["node-1", "node-2"]
            for name in busiest:
                self.notes.append(f"threads of {name}: {meter.busiest_threads(name)}")

    def pushes_of_one(self, servers):
        found = self.windows(servers, max(1, self.plan.window // 2), 1)
        alone, node, balanced = (found[key].p50 for key in ("alone", "one node", "HAProxy"))
        self.row(
            "one push at a time, p50", millis(node), millis(balanced), millis(alone), node,
            ONE_PUSH)

    # Many groups: memory, and nodes that come back.

    def many_groups(self, room):
        alone = room.holdfast("alone")
        cluster = self.cluster(room)
        say(f"Cluster, and a node alone: {self.plan.many} groups")
        load.fill(alone, self.plan.many)
        self.fill(cluster, self.plan.many)
        self.memory(cluster, alone)
        alone.kill()
        self.copies_to_empty_node(cluster)
        self.repairs_of_stopped_node(cluster)
        self.repairs_of_frozen_node(cluster)

    def memory(self, cluster, alone):
        for server in (alone, *cluster.nodes):
            for gzip in (False, True):
                load.scrape(server, gzip)
        single = alone.resident_bytes()
        for node in cluster.nodes:
            mine = node.resident_bytes()
            pushed_to = ", which took the pushes" if node is cluster.nodes[0] else ""
            self.row(
                f"resident at {self.plan.many:,} groups, {node.name}{pushed_to}", mebibytes(mine),
                "", mebibytes(single), mine / single)

    def copies_to_empty_node(self, cluster):
        plan = self.plan
        node = cluster.nodes[-1]
        until_ready, since_start, copying = [], [], []
        # Not of the one that copies, which is another process each time.
        meter = CpuMeter(cluster.nodes[:-1])
        for _ in range(plan.copies):
            say("Cluster: a node loses its disk")
            contents = cluster.await_same()
            node.end()
            node.lose_disk()
            with meter.running():
                started, seconds = time.time(), node.start()
            self.check_has_all(node, contents, "with an empty disk")
            copies = node.copies(started)
            if sum(copy.groups for copy in copies) < plan.many:
                raise ServerFailed(f"{node.name} says that it copied {copies}\n{node.log_tail()}")
            until_ready.append(started + seconds - min(copy.began for copy in copies))
            since_start.append(seconds)
            copying.append(sum(copy.seconds for copy in copies))
        self.row(
            f"{plan.many:,} groups copied to an empty node, until it is ready,"
            f" the longest of {plan.copies}",
            in_seconds(max(until_ready)), "", "", max(until_ready), COPIED)
        self.row("- its copying", in_seconds(max(copying)))
        self.row("- from the start of its process", in_seconds(max(since_start)))
        self.row("- resident then", mebibytes(node.resident_bytes()))
        self.notes.append(
            f"CPU while {node.name}, which is among all others, starts empty: {meter.summary()}")
        for source in meter.servers:
            self.notes.append(f"threads of {source.name}: {meter.busiest_threads(source.name)}")

    def copy_beside_pushes(self, room):
        """While others push, a new node copies everything."""
        plan = self.plan
        cluster = self.cluster(room)
        say(f"Cluster: {plan.most} groups are copied beside {plan.beside} pushes/s")
        self.fill(cluster, plan.most)
        load.push(cluster.nodes[0], plan.most, plan.warm_up, may_refuse=True)
        node = cluster.nodes[-1]
        until_ready, since_start, lost = [], [], 0
        for _ in range(plan.copies):
            cluster.await_same()
            node.end()
            node.lose_disk()
            with self.lab.open_load.running(
                    cluster.nodes[0], plan.beside, groups=plan.most, warmup=1) as pushes:
                time.sleep(1)
                started, seconds = time.time(), node.start()
                arrivals = pushes.outcomes()
                lost += arrivals.lost
            began = min(copy.began for copy in node.copies(started))
            until_ready.append(started + seconds - began)
            since_start.append(seconds)
        self.row(
            f"{plan.most:,} groups copied to an empty node beside {plan.beside:,} pushes/s, until"
            f" it is ready, the longest of {plan.copies}",
            in_seconds(max(until_ready)), ratio=max(until_ready), aim=COPIED)
        self.row("- from the start of its process", in_seconds(max(since_start)))
        self.row("- the pushes' p99 meanwhile, the last time", millis(arrivals.p99))
        self.row("- their longest", millis(arrivals.max))
        if lost:
            self.notes.append(f"CAREFUL: {lost:,} of the pushes beside the copies were not taken")

    def repairs_of_stopped_node(self, cluster):
        plan = self.plan
        node = cluster.nodes[-1]
        copying, since_start, buckets = [], [], 0
        for _ in range(plan.copies):
            say("Cluster: a node is stopped and lacks pushes")
            cluster.await_same()
            node.end()
            self.push_to_each(cluster.nodes[0], plan.differing)
            contents = cluster.nodes[0].contents()
            started, seconds = time.time(), node.start()
            self.check_has_all(node, contents, "after a stop")
            cluster.await_same()
            copies = node.copies(started)
            if not copies:
                raise ServerFailed(f"{node.name} copied nothing\n{node.log_tail()}")
            copying.append(sum(copy.seconds for copy in copies))
            done = max(copy.ended for copy in copies)
            since_start.append(max(seconds, done - started))
            buckets = copies[0].buckets
        self.row(
            f"{plan.differing:,} differing groups among {plan.many:,} copied after a stop,"
            f" the longest of {plan.copies}",
            in_seconds(max(copying)))
        self.row("- from the start of its process, ready", in_seconds(max(since_start)))
        self.notes.append(f"The differing groups were in {buckets:,} buckets.")

    def repairs_of_frozen_node(self, cluster):
        plan = self.plan
        node = cluster.nodes[-1]
        ready, complete, copied, trusting = [], [], 0, 0
        for _ in range(plan.copies):
            say("Cluster: a node is frozen and lacks pushes")
            cluster.await_same()
            frozen = time.monotonic()
            node.freeze()
            self.push_to_each(cluster.nodes[0], plan.differing)
            contents = cluster.nodes[0].contents()
            time.sleep(max(0, frozen + plan.freeze - time.monotonic()))
            began, started = time.time(), time.perf_counter()
            node.thaw()
            trusting += node.is_ready()
            seconds = node.await_ready(started)
            self.check_has_all(node, contents, "after a freeze")
            cluster.await_same()
            copies = node.copies(began)
            copied += sum(copy.groups for copy in copies)
            ready.append(seconds)
            complete.append(max([seconds, *(copy.ended - began for copy in copies)]))
        self.row(
            f"{plan.differing:,} differing groups among {plan.many:,} after {plan.freeze} s frozen,"
            f" ready, the longest of {plan.copies}",
            in_seconds(max(ready)))
        if copied:
            self.row("- and its copying done", in_seconds(max(complete)))
        self.notes.append(
            f"After {plan.copies} freezes {copied:,} groups were copied; others came as changes."
            f" Thawed, the node said {trusting} times in its first answer that it was ready.")

    def check_has_all(self, node, contents, when):
        """Ready means that everything acknowledged is here."""
        if node.contents() != contents:
            self.notes.append(f"CAREFUL: {node.name} was ready {when} before it had everything.")

