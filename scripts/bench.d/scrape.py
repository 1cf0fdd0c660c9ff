"""Part "scrape": scrapes beside the real one's and beside fixed bytes, and pushes meanwhile."""

import load
from part import Part
from plan import say
from table import Aim, megabytes, millis, rate

FIXED = "fixed bytes"
FASTER = Aim(15, True, " times faster")
FASTER_GZIP = Aim(5, True, " times faster")
OF_FIXED = Aim(0.6, True, " of the fixed bytes' rate")
EMPTY = Aim(2, False, " ms")
WAIT = Aim(5, False, " ms longer")
AFTER_ONE = Aim(0.1, False, " of compressing all")
# Besides a scraper: enough to meet every scrape, and too few to matter.
PUSHES_BESIDE = 100


class ScrapePart(Part):
    name = "scrape"

    def run(self):
        plan = self.plan
        self.found = self.table(f"scrapes of {plan.groups:,} groups", FIXED)
        theirs = {title: self.of_pushgateway(title) for title in self.lab.pushgateways}
        with self.lab.room() as room:
            holdfast = room.holdfast()
            self.empty(holdfast)
            load.fill(holdfast, plan.groups)
            load.push(holdfast, plan.groups, plan.warm_up)
            self.against_pushgateways(holdfast, theirs)
            self.against_fixed_bytes(room, holdfast)
            self.pushes_during_scrapes(holdfast, theirs)
            self.waits(holdfast)
        self.after_one_push()

    def of_pushgateway(self, title):
        plan = self.plan
        with self.lab.room() as room:
            pushgateway = room.pushgateway(title, plan.groups)
            room.restart_checking(pushgateway)
            say(f"{title}: scrapes")
            found = {gzip: load.scrapes(pushgateway, plan.scrapes, gzip) for gzip in (False, True)}
            found["mixed"] = load.while_scraping(
                pushgateway, lambda: load.push(pushgateway, plan.groups, plan.slow_window))
        return found

    def empty(self, holdfast):
        say("scrape: empty")
        load.scrape_on(holdfast, self.plan.window)
        scrapes = load.scrape_on(holdfast, max(1, self.plan.window // 2))
        self.found.add(
            "an empty node's scrape, p50", {"Holdfast": millis(scrapes.p50)}, scrapes.p50, EMPTY)

    def against_pushgateways(self, holdfast, theirs):
        plan = self.plan
        say("scrape: changed and unchanged")
        for gzip, name, aim in (
                (False, "scrape", FASTER), (True, "scrape, gzip", FASTER_GZIP)):
            changed = load.scrapes(
                holdfast, plan.slow_scrapes, gzip,
                before_each=lambda: load.push_to_each(holdfast, plan.groups))
            unchanged = load.scrapes(holdfast, plan.scrapes, gzip)
            values = {
                title: millis(found[gzip].seconds * 1000) for title, found in theirs.items()}
            fastest = min((found[gzip].seconds for found in theirs.values()), default=None)
            for what, mine in (("every group changed", changed), ("nothing changed", unchanged)):
                self.found.add(
                    f"{name}, {what}", {"Holdfast": millis(mine.seconds * 1000), **values},
                    fastest / mine.seconds if fastest else None, aim)
            self.found.add(
                "- its size",
                {"Holdfast": megabytes(unchanged.size),
                 **{title: megabytes(found[gzip].size) for title, found in theirs.items()}})

    def against_fixed_bytes(self, room, holdfast):
        """Over one kept connection, where nothing but the answers takes time."""
        plan = self.plan
        say("scrape: fixed bytes")
        files = [f"{room.directory}/plain", f"{room.directory}/compressed"]
        for gzip, file in zip((False, True), files):
            load.scrape(holdfast, gzip, into=file)
        servers = {"Holdfast": holdfast, FIXED: room.ceiling(*files)}
        for gzip in (False, True):
            for server in servers.values():
                load.scrape_on(server, plan.warm_up, gzip)
            medians = load.in_turns(plan.rounds, {
                title: lambda server=server, gzip=gzip: load.scrape_on(server, plan.window, gzip)
                for title, server in servers.items()})
            self.found.add(
                f"scrapes{', gzip' if gzip else ''}, one after the other, nothing changed",
                {title: rate(scrapes.rate) for title, scrapes in medians.items()},
                medians["Holdfast"].rate / medians[FIXED].rate, OF_FIXED)
            self.found.add(
                "- CPU of a scrape, user + kernel",
                {title: scrapes.cpu for title, scrapes in medians.items()})

    def pushes_during_scrapes(self, holdfast, theirs):
        plan = self.plan
        say("scrape: pushes while a scraper never rests")
        taken = {title: found["mixed"] for title, found in theirs.items()}
        fastest = min((scrapes.seconds for _, scrapes in taken.values()), default=None)
        pushes, scrapes = taken["Holdfast"] = load.while_scraping(
            holdfast, lambda: load.push(holdfast, plan.groups, plan.window))
        self.found.add(
            "pushes while a scraper never rests",
            {title: rate(found[0].rate) for title, found in taken.items()})
        self.found.add(
            "- their p99", {title: millis(found[0].p99) for title, found in taken.items()})
        self.found.add(
            "- its scrapes, gzip",
            {title: millis(found[1].seconds * 1000) for title, found in taken.items()},
            fastest / scrapes.seconds if fastest else None)

    def waits(self, holdfast):
        """How much longer few pushes take while large scrapes go on."""
        plan = self.plan
        say("scrape: how long pushes wait")

        def arrivals():
            return self.lab.open_load.run(
                holdfast, PUSHES_BESIDE, plan.load_window, warmup=1, groups=plan.groups)

        alone = arrivals()
        beside, _ = load.while_scraping(holdfast, arrivals, pause=0.05)
        for name, shown in (("p50", "p50"), ("p99", "p99"), ("max", "the longest")):
            longer = getattr(beside, name) - getattr(alone, name)
            self.found.add(
                f"{PUSHES_BESIDE} pushes/s beside scrapes, {shown};"
                f" without: {millis(getattr(alone, name))}",
                {"Holdfast": millis(getattr(beside, name))}, max(0.0, longer), WAIT)

    def after_one_push(self):
        plan = self.plan
        say(f"scrape: one push among {plan.most} groups")
        with self.lab.room() as room:
            holdfast = room.holdfast()
            load.fill(holdfast, plan.most)
            load.scrapes(holdfast, plan.slow_scrapes, gzip=True)
            after_all = load.scrapes(
                holdfast, plan.slow_scrapes, gzip=True,
                before_each=lambda: load.push_to_each(holdfast, plan.most))
            load.scrapes(holdfast, plan.slow_scrapes, gzip=True)
            after_one = load.scrapes(
                holdfast, plan.scrapes, gzip=True,
                before_each=lambda: holdfast.ask("PUT", "/metrics/job/one", "one_push 1\n"))
        self.found.add(
            f"scrape of {plan.most:,} groups, gzip, every group changed",
            {"Holdfast": millis(after_all.seconds * 1000)})
        self.found.add(
            "- after one push", {"Holdfast": millis(after_one.seconds * 1000)},
            after_one.seconds / after_all.seconds, AFTER_ONE)
