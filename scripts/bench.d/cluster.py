"""Three nodes and HAProxy in front of them, each a process on free ports of 127.0.0.1."""

import dataclasses
import datetime
import hashlib
import re
import shutil
import signal
import subprocess
import time

from servers import Holdfast, Server, ServerFailed, free_port

SIZE = 3
# Longer than HAProxy needs to see that a node is about to stop.
DRAIN = "2s"
SAME_SECONDS = 60
COPIED = "state transfer ended"
COMPLAINT_LENGTH = 160
ADDRESS = re.compile(r"/?\[?127\.0\.0\.1\]?:\d+")
# Of connections, members and versions.
NUMBER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
FIELD = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S*)')


@dataclasses.dataclass(frozen=True)
class Copy:
    """What a node says that it has copied from another; times as of time.time()."""

    ended: float
    seconds: float
    groups: int
    buckets: int

    @property
    def began(self):
        return self.ended - self.seconds


class Node(Holdfast):
    start_seconds = 300
    # It copies meanwhile, which questions must not slow down.
    poll_seconds = 0.05

    def __init__(self, home, directory, name, port, ports):
        super().__init__(home, directory, name)
        self.cluster_port = port
        self.cluster_ports = ports

    def command(self):
        return [
            *super().command(),
            f"--shutdown.drain={DRAIN}",
            f"--cluster.node-name={self.name}",
            f"--cluster.listen-address=127.0.0.1:{self.cluster_port}",
            *(f"--cluster.peer=127.0.0.1:{port}" for port in self.cluster_ports),
        ]

    def lose_disk(self):
        shutil.rmtree(f"{self.directory}/data")

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def log_lines(self):
        """Each line of its log as a map."""
        with open(f"{self.directory}/{self.name}.log", encoding="utf-8", errors="replace") as log:
            return [
                {key: value.strip('"') for key, value in FIELD.findall(line)} for line in log
            ]

    def copies(self, since):
        """What it has copied from then on, as of time.time()."""
        found = [
            Copy(
                datetime.datetime.fromisoformat(line["ts"].replace("Z", "+00:00")).timestamp(),
                int(line["millis"]) / 1000, int(line["groups"]), int(line["buckets"]))
            for line in self.log_lines() if line.get("msg") == COPIED
        ]
        return [copy for copy in found if copy.ended >= since]

    def contents(self):
        """A hash of everything that was pushed, as it shows it; of a 503, why it does not."""
        body = subprocess.run(
            ["curl", "-sSg", f"{self.url}/metrics?collect[]=pushed"],
            capture_output=True, check=True).stdout
        return hashlib.sha256(body).hexdigest()


class Balancer(Server):
    """HAProxy with deploy/balancers/haproxy.cfg, but for the ports."""

    def __init__(self, home, directory, nodes):
        super().__init__("haproxy", directory)
        self.configuration = f"{directory}/haproxy.cfg"
        with open(f"{home}/deploy/balancers/haproxy.cfg", encoding="utf-8") as file:
            text = file.read()
        edits = {"bind :9091": f"bind 127.0.0.1:{self.port}"}
        edits["bind 127.0.0.1:8404"] = f"bind 127.0.0.1:{free_port()}"
        for number, node in enumerate(nodes, 1):
            edits[f"127.0.0.1:919{number}"] = f"127.0.0.1:{node.port}"
        for old, new in edits.items():
            if old not in text:
                raise ServerFailed(f'deploy/balancers/haproxy.cfg: no "{old}" (expected: what is replaced)')
            text = text.replace(old, new)
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(text)

    def command(self):
        return ["haproxy", "-f", self.configuration]


class Cluster:
    def __init__(self, home, directory):
        ports = [free_port() for _ in range(SIZE)]
        self.nodes = [
            Node(home, f"{directory}/{number}", f"node-{number}", port, ports)
            for number, port in enumerate(ports, 1)
        ]
        self.balancer = Balancer(home, f"{directory}/haproxy", self.nodes)
        self.processes = [*self.nodes, self.balancer]

    def start(self):
        """All nodes at once: none is ready before it has met others."""
        launched = [(node, node.launch()) for node in self.nodes]
        seconds = max(node.await_ready(started) for node, started in launched)
        self.balancer.start()
        return seconds

    def end(self):
        """Ends all at once, as a stop of the machines would."""
        self.balancer.end()
        for node in self.nodes:
            node.process.send_signal(signal.SIGTERM)
        for node in self.nodes:
            node.end()

    def kill(self):
        for process in self.processes:
            process.kill()

    def await_same(self):
        """Returns a hash of what all nodes show."""
        deadline = time.monotonic() + SAME_SECONDS
        while len(contents := {node.contents() for node in self.nodes}) > 1:
            if time.monotonic() > deadline:
                raise ServerFailed(f"the nodes differ still after {SAME_SECONDS} s")
        return contents.pop()

    def complaints(self):
        """Lines that say what the nodes warned of, each once, and how often each node did."""
        count = {}
        for node in self.nodes:
            for line in node.log_lines():
                if line.get("level") in ("warn", "error"):
                    by_node = count.setdefault(complaint(line), {})
                    by_node[node.name] = by_node.get(node.name, 0) + 1
        return [
            f"{', '.join(f'{node} {times} x' for node, times in by_node.items())}: {what}"
            for what, by_node in sorted(count.items())
        ]


def complaint(line):
    """What it says, without what makes each one different."""
    details = f" ({line['err']})" if "err" in line else ""
    message = ADDRESS.sub("ADDRESS", line.get("msg", "")) + ADDRESS.sub("ADDRESS", details)
    return f"{line['level']} of {line.get('caller')}: {NUMBER.sub('N', message)[:COMPLAINT_LENGTH]}"
