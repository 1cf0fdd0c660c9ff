"""Which pushes were acknowledged, and whether a server still has them."""

import os
import re
import subprocess

# As the load generator names it: see its class Requests.
SAMPLE = re.compile(rb'^bench_sequence\{[^}]*instance="worker-(\d+)"[^}]*\} (\S+)$', re.MULTILINE)


class Ledger:
    """The file in which the load generator notes the last acknowledged sequence number of each group."""

    def __init__(self, path):
        self.path = path
        os.makedirs(os.path.dirname(path), exist_ok=True)

    def lost(self, server):
        """Groups whose last acknowledged push, or a later one, is not served."""
        body = subprocess.run(
            ["curl", "-sSfg", f"{server.url}/metrics?collect[]=pushed"],
            capture_output=True, check=True).stdout
        served = {int(group): float(sequence) for group, sequence in SAMPLE.findall(body)}
        with open(self.path, encoding="ascii") as lines:
            acknowledged = {int(group): int(sequence) for group, sequence in map(str.split, lines)}
        return sum(
            served.get(group, 0) < sequence for group, sequence in acknowledged.items())
