"""Part "latency": latencies at fixed arrival rates, and the stops during full load."""

import load
from open_load import CONNECTIONS
from part import Part
from plan import say
from plot import Plot
from servers import VictoriaMetrics
from stops import StopLog
from table import Aim, millis, rate

HANDLER = "empty handler"
AT_70 = Aim(10, False, " ms")
AT_TOP = Aim(25, False, " ms")
LONGEST_STOP = Aim(50, False, " ms")
SHOWN = {"p50": "p50", "p90": "p90", "p99": "p99", "p999": "p99.9", "max": "the longest"}


class LatencyPart(Part):
    name = "latency"

    def run(self):
        plan = self.plan
        with self.lab.room() as room:
            holdfast = room.holdfast(logs_stops=True)
            servers = {
                "Holdfast": holdfast, HANDLER: room.ceiling(),
                VictoriaMetrics.title: room.victoria_metrics()}
            self.servers = {title: server for title, server in servers.items() if server}
            say(f"latency: {plan.many} groups")
            for title, server in self.servers.items():
                load.fill(server, plan.many, counted=title == "Holdfast")
                load.push(server, plan.many, plan.warm_up, CONNECTIONS)
            top = self.top(holdfast)
            self.arrivals(top)
            self.stops(holdfast)

    def top(self, holdfast):
        plan = self.plan
        say("latency: top rate")
        top = load.in_turns(plan.rounds, {
            "Holdfast": lambda: load.push(holdfast, plan.many, plan.window, CONNECTIONS)})["Holdfast"]
        table = self.table(f"the top rate, {plan.many:,} groups")
        table.add(f"pushes, {CONNECTIONS} connections", {"Holdfast": rate(top.rate)})
        table.add("- their p99", {"Holdfast": millis(top.p99)}, top.p99, AT_TOP)
        return top

    def arrivals(self, top):
        plan = self.plan
        table = self.table("latency from the moment when a push is due", HANDLER)
        mine = []
        for share in plan.loads:
            pushes_a_second = top.rate * share / 100
            say(f"latency: {share} %, {pushes_a_second:.0f}/s")
            taken = {
                title: self.lab.open_load.run(
                    server, pushes_a_second, plan.load_window, warmup=plan.load_warm_up,
                    groups=plan.many)
                for title, server in self.servers.items()}
            mine.append(taken["Holdfast"])
            for number, (name, shown) in enumerate(SHOWN.items()):
                first = f"{share} % of Holdfast's top rate, {rate(pushes_a_second)}: " if not number else "- "
                is_judged = share == 70 and name == "p99"
                value = getattr(taken["Holdfast"], name)
                table.add(
                    f"{first}{shown}",
                    {title: millis(getattr(arrivals, name)) for title, arrivals in taken.items()},
                    value if is_judged else None, AT_70 if is_judged else None)
            table.add(
                "- the generator's own lateness, p99",
                {title: millis(arrivals.late_p99) for title, arrivals in taken.items()})
            for title, arrivals in taken.items():
                if arrivals.lost:
                    self.notes.append(f"CAREFUL: {share} %, {title}: {arrivals.outcome()}")
        self.plots["latency.svg"] = Plot(
            f"Latency of a push at {plan.many:,} groups", "% of the top rate",
            "ms from the moment when the push is due", plan.loads,
            {shown: [getattr(arrivals, name) for arrivals in mine] for name, shown in SHOWN.items()},
            is_logarithmic=True).lines()

    def stops(self, holdfast):
        plan = self.plan
        say("latency: stops during full load")
        log = StopLog(holdfast)
        pushes = load.push(holdfast, plan.many, plan.long_load)
        stops = log.read()
        table = self.table(f"{plan.long_load} s of full load, {load.CONNECTIONS} connections")
        table.add("pushes", {"Holdfast": rate(pushes.rate)})
        table.add("- the longest", {"Holdfast": millis(pushes.max)})
        table.add(
            "the longest stop of the JVM", {"Holdfast": millis(stops.longest)}, stops.longest,
            LONGEST_STOP)
        table.add("- stops longer than 10 ms", {"Holdfast": f"{stops.long:,}"})
        table.add(
            "- all stops together, share of the time",
            {"Holdfast": f"{stops.sum / (plan.long_load * 1000):.2%}"})
