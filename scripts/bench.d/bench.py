"""What scripts/bench measures of one node, in which order, and against which target."""

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile

import load
import machine
from cluster_bench import ClusterBench
from plan import QUICK, Plan, say
from servers import Ceiling, Holdfast, Pushgateway, ServerFailed
from table import Table, Target, mebibytes, megabytes, millis, rate, significant

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


OF_CEILING = Target(0.25, True, " of the ceiling's")
OF_RATE_AT_FEW = Target(0.9, True, " of that")
SHORTER = Target(200, True, " times shorter")
SCRAPE = Target(15, True, " times faster")
SCRAPE_GZIP = Target(5, True, " times faster")
MEMORY = Target(0.5, False, " of the real one's")
READY = Target(5, False, " s")


class Bench:
    """One run. Each part starts the servers it needs and ends them; what it found is in a row."""

    def __init__(self, plan, directory, with_pushgateway):
        self.plan = plan
        self.directory = directory
        self.with_pushgateway = with_pushgateway
        self.table = Table()
        self.notes = []
        self.running = contextlib.ExitStack()

    def holdfast(self, name):
        return self.started(Holdfast(HOME, f"{self.directory}/{name}"))

    def started(self, server):
        self.running.callback(server.kill)
        server.start()
        return server

    def run(self):
        with self.running:
            real = self.real_at_groups() if self.with_pushgateway else {}
            real_memory = self.real_memory_at_many() if self.with_pushgateway else None
            self.pushes_and_scrapes(real)
            self.few_and_many(real_memory)

    # The real Pushgateway.

    def filled_pushgateway(self, groups):
        """Filled without checks, and still running so."""
        pushgateway = Pushgateway(f"{self.directory}/pushgateway-{groups}")
        pushgateway.is_checking = False
        self.started(pushgateway)
        say(f"Pushgateway: {groups} groups, unchecked")
        load.fill(pushgateway, groups)
        return pushgateway

    def restart_checking(self, pushgateway):
        """Ends it, which persists what it has, and starts it from that, checking."""
        pushgateway.end()
        pushgateway.is_checking = True
        return pushgateway.start()

    def real_at_groups(self):
        plan = self.plan
        pushgateway = self.filled_pushgateway(plan.groups)
        self.restart_checking(pushgateway)
        say("Pushgateway: pushes")
        load.push(pushgateway, plan.groups, 1, connections=1)
        found = {"single": load.push(pushgateway, plan.groups, plan.slow_window, connections=1)}
        pushgateway.settle()
        found["pushes"] = load.push(pushgateway, plan.groups, plan.slow_window)
        pushgateway.settle()
        say("Pushgateway: scrapes")
        for gzip in (False, True):
            found[gzip] = load.scrapes(pushgateway, plan.scrapes, gzip)
        found["mixed"] = load.push_while_scraping(pushgateway, plan.groups, plan.slow_window)
        pushgateway.kill()
        return found

    def real_memory_at_many(self):
        """The smaller of what it has after pushes and what it has when started from its file."""
        pushgateway = self.filled_pushgateway(self.plan.many)
        self.scrape_both_ways(pushgateway)
        filled = pushgateway.resident_bytes()
        say("Pushgateway: restart from its file")
        seconds = self.restart_checking(pushgateway)
        load.count_groups(pushgateway)
        self.scrape_both_ways(pushgateway)
        restored = pushgateway.resident_bytes()
        self.notes.append(
            f"Pushgateway, {self.plan.many} groups: {mebibytes(filled)} after unchecked pushes,"
            f" {mebibytes(restored)} started from its file, which took {seconds:.1f} s."
            " Compared is the smaller.")
        pushgateway.kill()
        return min(filled, restored)

    @staticmethod
    def scrape_both_ways(server):
        load.scrape(server)
        load.scrape(server, gzip=True)

    # Holdfast at the usual number of groups, and the ceiling.

    def pushes_and_scrapes(self, real):
        plan = self.plan
        holdfast = self.holdfast("holdfast")
        ceiling = self.started(Ceiling(HOME, f"{self.directory}/ceiling"))
        say("Holdfast and the ceiling: warm-up")
        load.fill(holdfast, plan.groups)
        for server in (ceiling, holdfast):
            load.push(server, plan.groups, plan.warm_up)
        say("Holdfast and the ceiling: pushes")
        self.pushes_of_many(holdfast, ceiling, real)
        self.pushes_of_one(holdfast, ceiling, real)
        ceiling.kill()
        say("Holdfast: scrapes")
        self.scrapes(holdfast, real)
        self.pushes_during_scrapes(holdfast, real)
        holdfast.kill()

    def pushes_of_many(self, holdfast, ceiling, real):
        plan = self.plan
        mine, highest, constant = [], [], []
        for _ in range(plan.rounds):
            highest.append(load.push(ceiling, plan.groups, plan.window))
            mine.append(load.push(holdfast, plan.groups, plan.window))
            constant.append(load.push_constantly(ceiling, plan.window // 2))
        mine, highest, constant = map(load.median_of, (mine, highest, constant))
        theirs = real.get("pushes")
        self.table.add(
            f"durable, checked pushes, {load.CONNECTIONS} connections, {plan.groups:,} groups",
            rate(mine.rate), theirs and rate(theirs.rate) or "", rate(highest.rate),
            mine.rate / highest.rate, OF_CEILING)
        for name in ("p50", "p99"):
            self.table.add(
                f"- their {name}", millis(getattr(mine, name)),
                theirs and millis(getattr(theirs, name)) or "", millis(getattr(highest, name)))
        self.notes.append(
            f"wrk with one constant request reaches {rate(constant.rate)} at the ceiling:"
            f" {significant(constant.rate / highest.rate)} times what it reaches with the bench's"
            " changing ones.")

    def pushes_of_one(self, holdfast, ceiling, real):
        plan = self.plan
        mine, highest = [], []
        for _ in range(plan.rounds):
            highest.append(load.push(ceiling, plan.groups, plan.window // 2, connections=1))
            mine.append(load.push(holdfast, plan.groups, plan.window // 2, connections=1))
        mine, highest = map(load.median_of, (mine, highest))
        theirs = real.get("single")
        self.table.add(
            "one push at a time, p50", millis(mine.p50),
            theirs and millis(theirs.p50) or "", millis(highest.p50),
            theirs and theirs.p50 / mine.p50, SHORTER)

    def scrapes(self, holdfast, real):
        plan = self.plan
        for gzip, name, target in ((False, "scrape", SCRAPE), (True, "scrape, gzip", SCRAPE_GZIP)):
            theirs = real.get(gzip)
            changed = load.scrapes(
                holdfast, plan.slow_scrapes, gzip,
                before_each=lambda: load.push_to_each(holdfast, plan.groups))
            unchanged = load.scrapes(holdfast, plan.scrapes, gzip)
            for what, mine in (("every group changed", changed), ("nothing changed", unchanged)):
                self.table.add(
                    f"{name}, {what}", millis(mine.seconds * 1000),
                    theirs and millis(theirs.seconds * 1000) or "", "",
                    theirs and theirs.seconds / mine.seconds, target)
            self.table.add(
                "- its size", megabytes(unchanged.size), theirs and megabytes(theirs.size) or "")

    def pushes_during_scrapes(self, holdfast, real):
        pushes, scrapes = load.push_while_scraping(holdfast, self.plan.groups, self.plan.window)
        their_pushes, their_scrapes = real.get("mixed", (None, None))
        self.table.add(
            "pushes while a scraper never rests", rate(pushes.rate),
            their_pushes and rate(their_pushes.rate) or "")
        self.table.add(
            "- its scrapes, gzip", millis(scrapes.seconds * 1000),
            their_scrapes and millis(their_scrapes.seconds * 1000) or "", "",
            their_scrapes and their_scrapes.seconds / scrapes.seconds)

    # Holdfast at few and at many groups.

    def few_and_many(self, real_memory):
        plan = self.plan
        few = self.holdfast("few")
        many = self.holdfast("many")
        say(f"Holdfast: {plan.many} groups")
        load.fill(many, plan.many)
        self.scrape_both_ways(many)
        after_load = many.resident_bytes()
        # As often as to the other, so that both JVMs have compiled the same.
        load.fill(few, plan.few, plan.many)
        for server, groups in ((few, plan.few), (many, plan.many)):
            load.push(server, groups, plan.warm_up)
        self.rates_at_few_and_many(few, many)
        few.kill()
        say("Holdfast: a long load")
        load.push(many, plan.many, plan.long_load)
        self.scrape_both_ways(many)
        after_pushes = many.resident_bytes()
        for when, size in (("", after_load), (" and long pushing", after_pushes)):
            self.table.add(
                f"resident at {plan.many:,} groups after load{when}, and scrapes", mebibytes(size),
                real_memory and mebibytes(real_memory) or "", "",
                real_memory and size / real_memory, MEMORY)
        self.ready_after_kill(many)

    def rates_at_few_and_many(self, few, many):
        plan = self.plan
        say(f"Holdfast: {plan.few} groups and {plan.many} in turns")
        at_few, at_many = [], []
        for _ in range(plan.rounds):
            at_few.append(load.push(few, plan.few, plan.window))
            at_many.append(load.push(many, plan.many, plan.window))
        at_few, at_many = map(load.median_of, (at_few, at_many))
        self.table.add(f"pushes at {plan.few:,} groups", rate(at_few.rate))
        self.table.add(
            f"pushes at {plan.many:,} groups", rate(at_many.rate), "", "",
            at_many.rate / at_few.rate, OF_RATE_AT_FEW)

    def ready_after_kill(self, many):
        plan = self.plan
        say("Holdfast: kill -9")
        longest = 0
        for _ in range(plan.kills):
            load.push(many, plan.many, plan.window // 2)
            many.kill()
            longest = max(longest, many.start())
            found = load.count_groups(many)
            if found != plan.many:
                raise ServerFailed(f"after kill -9: {found} groups (expected: {plan.many})")
        many.kill()
        self.table.add(
            f"ready after kill -9 at {plan.many:,} groups, the longest of {plan.kills}",
            f"{significant(longest)} s", "", "", longest, READY)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--holdfast-only", action="store_true")
    parser.add_argument("--cluster-only", action="store_true")
    return parser.parse_args()


def main():
    # Turned into an exit, which ends the servers and removes the directory.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    asked = arguments()
    directory = tempfile.mkdtemp(
        prefix="holdfast-bench-", dir=os.environ.get("TMPDIR") or "/var/tmp")
    try:
        print("\n".join(machine.describe(HOME, directory)) + "\n", flush=True)
        plan = QUICK if asked.quick else Plan()
        parts = [] if asked.cluster_only else [Bench(plan, directory, not asked.holdfast_only)]
        for part in [*parts, ClusterBench(plan, directory, HOME)]:
            try:
                part.run()
            finally:
                # When a later row fails, the earlier ones have cost minutes all the same.
                print("\n".join([str(part.table), "", *part.notes, ""]), flush=True)
    except ServerFailed as failure:
        sys.exit(f"scripts/bench: {failure}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if asked.quick:
        print("A quick run: these figures show that everything works, and nothing else.")


if __name__ == "__main__":
    main()
