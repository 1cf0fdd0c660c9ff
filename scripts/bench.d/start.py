"""Part "start": the first seconds after a start, second by second, and three nodes ready together."""

import statistics

import load
from cluster import Cluster
from part import Part
from plan import say
from plot import Plot
from table import in_seconds, rate

SHOWN_SECONDS = (1, 2, 5, 10, 20, 30)
HANDLER = "empty handler"
NODE = "node of three"


class StartPart(Part):
    name = "start"

    def run(self):
        plan = self.plan
        self.found = self.table("starts", NODE, HANDLER)
        by_second = {"Holdfast": self.of_node(), NODE: self.of_cluster(), HANDLER: self.of_ceiling()}
        for second in SHOWN_SECONDS:
            if second <= plan.first_seconds:
                self.found.add(
                    f"pushes in second {second} of the load, {load.CONNECTIONS} connections",
                    {title: rate(counts[second - 1]) for title, counts in by_second.items()})
        self.plots["start.svg"] = Plot(
            "Pushes in each second after a start", "second", "pushes/s",
            range(1, plan.first_seconds + 1), by_second).lines()

    def of_node(self):
        """Started with a full store, as after a restart."""
        plan = self.plan
        say("start: one node")
        with self.lab.room() as room:
            holdfast = room.holdfast()
            load.fill(holdfast, plan.groups)
            seconds = []
            for _ in range(plan.starts):
                holdfast.end()
                seconds.append(holdfast.start())
            self.found.add(
                f"ready with {plan.groups:,} groups",
                {"Holdfast": in_seconds(statistics.median(seconds))})
            return load.push_by_seconds(holdfast, plan.groups, plan.first_seconds)

    def of_ceiling(self):
        say("start: the empty handler")
        with self.lab.room() as room:
            return load.push_by_seconds(room.ceiling(), self.plan.groups, self.plan.first_seconds)

    def of_cluster(self):
        plan = self.plan
        say("start: three nodes")
        with self.lab.room() as room:
            cluster = Cluster(self.lab.home, f"{room.directory}/cluster")
            room.running.callback(cluster.kill)
            first = cluster.start()
            self.found.add("three nodes ready together, for the first time", {NODE: in_seconds(first)})
            load.fill(cluster.nodes[0], plan.groups)
            cluster.await_same()
            seconds = []
            for _ in range(plan.starts):
                cluster.end()
                seconds.append(cluster.start())
            self.found.add(
                f"- after a stop of all, with {plan.groups:,} groups",
                {NODE: in_seconds(statistics.median(seconds))})
            return load.push_by_seconds(cluster.nodes[0], plan.groups, plan.first_seconds)
