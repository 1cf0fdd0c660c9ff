"""The servers that are measured alone, each a process on a free port of 127.0.0.1."""

import glob
import http.client
import os
import signal
import socket
import subprocess
import time

STOP_SECONDS = 300

_given_ports = set()


class ServerFailed(Exception):
    """A server that did not start, did not answer, or answered wrongly."""


class Server:
    """A process and how to start it; it may be started again after it has ended."""

    start_seconds = 120
    poll_seconds = 0.005

    def __init__(self, name, directory):
        self.name = name
        self.directory = directory
        self.port = free_port()
        self.process = None
        os.makedirs(directory, exist_ok=True)

    def command(self):
        raise NotImplementedError

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Starts the process and returns the seconds until it said that it was ready."""
        return self.await_ready(self.launch())

    def launch(self):
        """Starts the process and returns when that was."""
        started = time.perf_counter()
        with open(f"{self.directory}/{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return started

    def await_ready(self, started):
        """Returns the seconds between then and when it said that it was ready."""
        while not self.is_ready():
            if self.process.poll() is not None:
                raise ServerFailed(f"{self.name} ended while it started:\n{self.log_tail()}")
            if time.perf_counter() - started > self.start_seconds:
                raise ServerFailed(
                    f"{self.name} is not ready after {self.start_seconds} s\n{self.log_tail()}")
            time.sleep(self.poll_seconds)
        return time.perf_counter() - started

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def settle(self):
        """Returns when what was pushed before, by clients that have gone too, is done with."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=STOP_SECONDS)
        try:
            for method, body in (("PUT", "settled 1\n"), ("DELETE", None)):
                connection.request(method, "/metrics/job/settle", body)
                answer = connection.getresponse()
                answer.read()
                if answer.status not in (200, 202):
                    raise ServerFailed(f"{self.name}: {method} answered {answer.status}")
        finally:
            connection.close()

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise ServerFailed(f"{self.name} has no VmRSS")

    def end(self, number=signal.SIGTERM):
        """Sends the signal, if it runs, and waits for its end."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self):
        self.end(signal.SIGKILL)

    def log_tail(self):
        with open(f"{self.directory}/{self.name}.log", encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-20:])


class Holdfast(Server):
    def __init__(self, home, directory, name="holdfast"):
        super().__init__(name, directory)
        self.home = home

    def command(self):
        return [
            f"{self.home}/scripts/holdfast",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--storage.path={self.directory}/data",
        ]


class Pushgateway(Server):
    """The real one. Unchecked, it can be filled within seconds instead of hours."""

    def __init__(self, directory):
        super().__init__("pushgateway", directory)
        self.is_checking = True

    def command(self):
        command = [
            "prometheus-pushgateway",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--persistence.file={self.directory}/persisted",
            # Not while it is measured; it writes the file when it ends too.
            "--persistence.interval=24h",
        ]
        return command if self.is_checking else [*command, "--push.disable-consistency-check"]


class Ceiling(Server):
    """An empty Jetty handler, with Holdfast's Jetty and JVM options."""

    SOURCE = "server/src/test/java/io/holdfast/server/bench/Ceiling.java"
    MAIN = "io.holdfast.server.bench.Ceiling"

    def __init__(self, home, directory):
        super().__init__("ceiling", directory)
        self.home = home
        # Without Logback, which would have no configuration and print what it gets.
        libraries = [
            jar
            for name in ("jetty", "slf4j-api")
            for jar in glob.glob(f"{home}/server/target/lib/{name}-*.jar")
        ]
        self.class_path = ":".join([f"{directory}/classes", *libraries])
        subprocess.run(
            [java("javac"), "-cp", self.class_path, "-d", f"{directory}/classes",
             f"{home}/{self.SOURCE}"],
            check=True)

    def command(self):
        return [
            java("java"), f"@{self.home}/config/jvm.options",
            *os.environ.get("HOLDFAST_JAVA_OPTS", "").split(),
            "-cp", self.class_path, self.MAIN, str(self.port),
        ]


def java(tool):
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/{tool}" if home else tool


def free_port():
    """One that no earlier call has returned: its server may not have been started yet."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given_ports:
            _given_ports.add(port)
            return port
