"""Part "groups": pushes by number of groups and by size of a group."""

import load
from part import Part
from plan import say
from plot import Plot
from servers import VictoriaMetrics
from table import Aim, millis, rate

HANDLER = "empty handler"
OF_RATE_AT_FEW = Aim(0.95, True, " of the rate at few")


class GroupsPart(Part):
    name = "groups"

    def run(self):
        self.numbers_of_groups()
        self.found = self.table("pushes of large groups", HANDLER)
        plan = self.plan
        self.sizes(f"one group of {plan.large_series:,} series", 1, plan.large_series, 1)
        self.sizes(
            f"{plan.wide_groups:,} groups of {plan.wide_series:,} series", plan.wide_groups,
            plan.wide_series, load.CONNECTIONS)

    def numbers_of_groups(self):
        plan = self.plan
        numbers = (plan.few, plan.groups, plan.most)
        table = self.table("pushes by number of groups")
        with self.lab.room() as room:
            servers = {number: room.holdfast(f"groups-{number}") for number in numbers}
            for number, server in servers.items():
                say(f"groups: {number}")
                # As often to each, so that all JVMs have compiled the same.
                load.fill(server, number, plan.most)
                load.push(server, number, plan.warm_up)
            say("groups: in turns")
            medians = load.in_turns(plan.rounds, {
                number: lambda number=number: load.push(servers[number], number, plan.window)
                for number in numbers})
        few = medians[plan.few]
        for number, pushes in medians.items():
            is_most = number == plan.most
            table.add(
                f"{number:,} groups, {load.CONNECTIONS} connections", {"Holdfast": rate(pushes.rate)},
                pushes.rate / few.rate, OF_RATE_AT_FEW if is_most else None)
            table.add("- their p99", {"Holdfast": millis(pushes.p99)})
            table.add("- CPU of a push, user + kernel", {"Holdfast": pushes.cpu})
        self.plots["groups.svg"] = Plot(
            f"Pushes a second, {load.CONNECTIONS} connections", "groups", "pushes/s",
            [f"{number:,}" for number in numbers],
            {"Holdfast": [pushes.rate for pushes in medians.values()]}).bars()

    def sizes(self, what, groups, series, connections):
        plan = self.plan
        say(f"groups: {what}")
        with self.lab.room() as room:
            servers = {
                "Holdfast": room.holdfast(), HANDLER: room.ceiling(),
                VictoriaMetrics.title: room.victoria_metrics()}
            servers = {title: server for title, server in servers.items() if server}
            for title, server in servers.items():
                load.fill(server, groups, series=series, counted=title == "Holdfast")
                load.push(server, groups, plan.warm_up, connections, series=series)
            medians = load.in_turns(plan.rounds, {
                title: lambda server=server: load.push(
                    server, groups, plan.window, connections, series=series)
                for title, server in servers.items()})
        mine = medians["Holdfast"]
        self.found.add(
            f"{what}, {connections} connection{'s' * (connections > 1)}",
            {title: rate(pushes.rate) for title, pushes in medians.items()},
            mine.rate / medians[HANDLER].rate)
        self.found.add(
            "- series", {title: rate(pushes.rate * series) for title, pushes in medians.items()})
        for name in ("p50", "p99"):
            self.found.add(
                f"- their {name}",
                {title: millis(getattr(pushes, name)) for title, pushes in medians.items()})
        self.found.add(
            "- CPU of a push, user + kernel",
            {title: pushes.cpu for title, pushes in medians.items()})
