"""Part "memory": resident memory, and the time until a node is ready after kill -9."""

import load
from part import Part
from plan import say
from servers import ServerFailed
from table import Aim, in_seconds, mebibytes

SERIES = 10
OF_REAL = Aim(0.33, False, " of the real one's")
EMPTY = Aim(100, False, " MB")
READY = Aim(3, False, " s")


class MemoryPart(Part):
    name = "memory"

    def run(self):
        self.found = self.table("resident memory, and readiness")
        real = {title: self.of_pushgateway(title) for title in self.lab.pushgateways}
        with self.lab.room() as room:
            self.of_holdfast(room, real)
        with self.lab.room() as room:
            self.ready_after_kill(room)

    def of_pushgateway(self, title):
        """The smaller of what it has after pushes and what it has when started from its file."""
        many = self.plan.many
        with self.lab.room() as room:
            pushgateway = room.pushgateway(title, many)
            load.scrape_both_ways(pushgateway)
            filled = pushgateway.resident_bytes()
            say(f"{title}: restart from its file")
            seconds = room.restart_checking(pushgateway)
            load.count_groups(pushgateway)
            load.scrape_both_ways(pushgateway)
            restored = pushgateway.resident_bytes()
        self.notes.append(
            f"{title}, {many:,} groups: {mebibytes(filled)} after unchecked pushes,"
            f" {mebibytes(restored)} started from its file, which took {seconds:.1f} s."
            " Compared is the smaller.")
        return min(filled, restored)

    def of_holdfast(self, room, real):
        plan = self.plan
        holdfast = room.holdfast()
        load.scrape_both_ways(holdfast)
        empty = holdfast.resident_bytes()
        self.found.add("empty", {"Holdfast": mebibytes(empty)}, empty / 1e6, EMPTY)
        say(f"memory: {plan.many} groups")
        load.fill(holdfast, plan.many)
        load.scrape_both_ways(holdfast)
        self.show(f"{plan.many:,} groups, loaded", holdfast, real)
        self.notes.append(
            f"Loaded, each of the {plan.many * SERIES:,} series takes"
            f" {(holdfast.resident_bytes() - empty) / (plan.many * SERIES):,.0f} bytes more than the"
            " empty node.")
        say("memory: a long load")
        load.push(holdfast, plan.many, plan.long_load)
        load.scrape_both_ways(holdfast)
        self.show(f"- after {plan.long_load} s of full load", holdfast, real)

    def show(self, what, holdfast, real):
        mine, theirs = holdfast.resident_bytes(), min(real.values(), default=None)
        self.found.add(
            what,
            {"Holdfast": mebibytes(mine),
             **{title: mebibytes(size) for title, size in real.items()}},
            mine / theirs if theirs else None, OF_REAL)

    def ready_after_kill(self, room):
        plan = self.plan
        say("memory: kill -9")
        holdfast = room.holdfast()
        load.fill(holdfast, plan.kept)
        longest = 0
        for _ in range(plan.kills):
            load.push(holdfast, plan.kept, max(1, plan.window // 2))
            holdfast.kill()
            longest = max(longest, holdfast.start())
            found = load.count_groups(holdfast)
            if found != plan.kept:
                raise ServerFailed(f"after kill -9: {found} groups (expected: {plan.kept})")
        self.found.add(
            f"ready after kill -9 with {plan.kept * SERIES:,} series, the longest of {plan.kills}",
            {"Holdfast": in_seconds(longest)}, longest, READY)
