"""scripts/bench: which parts are run, and where their tables and plots go."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time

import machine
from cluster_bench import ClusterPart
from groups import GroupsPart
from lab import Lab
from latency import LatencyPart
from memory import MemoryPart
from plan import QUICK, Plan, say
from pushes import PushPart
from scenarios import ScenariosPart
from scrape import ScrapePart
from servers import ServerFailed
from start import StartPart

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PARTS = {
    part.name: part
    for part in (PushPart, GroupsPart, LatencyPart, ScrapePart, MemoryPart, StartPart, ScenariosPart,
                 ClusterPart)
}


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--holdfast-only", action="store_true")
    parser.add_argument("--only", type=part_names, default=list(PARTS))
    parser.add_argument("--output", default=f"{HOME}/target/bench")
    return parser.parse_args()


def part_names(words):
    names = words.split(",")
    for name in names:
        if name not in PARTS:
            raise argparse.ArgumentTypeError(f'"{name}" (expected: some of {", ".join(PARTS)})')
    return names


def run(asked, directory):
    lab = Lab(QUICK if asked.quick else Plan(), directory, HOME, not asked.holdfast_only)
    lines = [*machine.describe(HOME, directory), *machine.peers(lab)]
    print("\n".join(lines) + "\n", flush=True)
    os.makedirs(asked.output, exist_ok=True)
    for name in asked.only:
        part = PARTS[name](lab)
        started = time.monotonic()
        try:
            part.run()
        finally:
            # When a later row fails, the earlier ones have cost minutes all the same.
            shown = [str(table) + "\n" for table in part.tables] + [f"- {note}" for note in part.notes]
            print("\n".join(shown) + "\n", flush=True)
            report = [f"# {name}", "", "```", *lines, "```", "", *shown]
            write(f"{asked.output}/{name}.md", "\n".join(report) + "\n")
            for file, plot in part.plots.items():
                write(f"{asked.output}/{file}", plot)
        say(f"{name} took {time.monotonic() - started:.0f} s")
    say(f"tables and plots are in {asked.output}")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    # Turned into an exit, which ends the servers and removes the directory.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    asked = arguments()
    directory = tempfile.mkdtemp(
        prefix="holdfast-bench-", dir=os.environ.get("TMPDIR") or "/var/tmp")
    try:
        run(asked, directory)
    except ServerFailed as failure:
        sys.exit(f"scripts/bench: {failure}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    if asked.quick:
        print("A quick run: these figures show that everything works, and nothing else.")


if __name__ == "__main__":
    main()
