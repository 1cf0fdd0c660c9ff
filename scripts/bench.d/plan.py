"""How much of everything a run of scripts/bench measures."""

import dataclasses
import sys
import time


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much of everything. Times in seconds, except that of a window of pushes: see rounds."""

    few: int = 100
    groups: int = 10_000
    many: int = 50_000
    # What Holdfast and the ceiling get before they are measured: the JVM compiles meanwhile.
    warm_up: int = 10
    # Three JVMs that compile on the same cores need longer: the rate still doubles after 20 s.
    cluster_warm_up: int = 45
    # What is compared is measured in turns, A B A B, so that a machine that gets slower or faster
    # does so for both.
    rounds: int = 3
    window: int = 8
    # The real one answers about two pushes a second.
    slow_window: int = 20
    long_load: int = 60
    scrapes: int = 7
    slow_scrapes: int = 3
    kills: int = 3
    # Of a cluster: how often a node copies or repairs, how many groups are repaired, and how long
    # a node is frozen.
    copies: int = 3
    differing: int = 1000
    freeze: int = 5


QUICK = Plan(
    few=20, groups=1000, many=3000, warm_up=2, cluster_warm_up=2, rounds=1, window=2, slow_window=4, long_load=2,
    scrapes=3, slow_scrapes=1, kills=1, copies=1, differing=200, freeze=3)


def say(what):
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr)
