"""The servers that are measured alone, each a process on a free port of 127.0.0.1."""

import glob
import http.client
import os
import re
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
    ready_path = "/-/ready"
    # In front of /job/..., for pushes.
    prefix = "/metrics"

    def __init__(self, name, directory):
        self.name = name
        self.directory = directory
        self.port = free_port()
        self.process = None
        os.makedirs(directory, exist_ok=True)

    def command(self):
        raise NotImplementedError

    def environment(self):
        """Variables besides those of the bench itself."""
        return {}

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
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **self.environment()})
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
            connection.request("GET", self.ready_path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def settle(self):
        """Returns when what was pushed before, by clients that have gone too, is done with."""
        for method, body in (("PUT", "settled 1\n"), ("DELETE", None)):
            status, _ = self.ask(method, "/metrics/job/settle", body)
            if status not in (200, 202):
                raise ServerFailed(f"{self.name}: {method} answered {status}")

    def ask(self, method, path, body=None):
        """Status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=STOP_SECONDS)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
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
    title = "Holdfast"

    def __init__(self, home, directory, name="holdfast", arguments=()):
        super().__init__(name, directory)
        self.home = home
        self.arguments = arguments
        # A file, if the JVM is to log its stops.
        self.stops = None

    def command(self):
        return [
            f"{self.home}/scripts/holdfast",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--storage.path={self.directory}/data",
            *self.arguments,
        ]

    def environment(self):
        if not self.stops:
            return {}
        options = os.environ.get("HOLDFAST_JAVA_OPTS", "")
        return {"HOLDFAST_JAVA_OPTS": f"{options} -Xlog:safepoint:file={self.stops}::filecount=0"}


class Pushgateway(Server):
    """The real one. Unchecked, it can be filled within seconds instead of hours."""

    def __init__(self, binary, title, directory):
        super().__init__("pushgateway", directory)
        self.binary = binary
        self.title = title
        self.is_checking = True

    def command(self):
        command = [
            self.binary,
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.enable-admin-api",
            f"--persistence.file={self.directory}/persisted",
            # Not while it is measured; it writes the file when it ends too.
            "--persistence.interval=24h",
        ]
        return command if self.is_checking else [*command, "--push.disable-consistency-check"]


class VictoriaMetrics(Server):
    """Its import endpoint takes the pushes of a Pushgateway; it neither checks nor syncs them."""

    title = "VictoriaMetrics"
    ready_path = "/health"
    prefix = "/api/v1/import/prometheus/metrics"

    def __init__(self, binary, directory):
        super().__init__("victoria-metrics", directory)
        self.binary = binary

    def command(self):
        return [
            self.binary,
            f"-httpListenAddr=127.0.0.1:{self.port}",
            f"-storageDataPath={self.directory}/data",
        ]

    def settle(self):
        """Has no order to wait for: an answered push may still be buffered."""


class Ceiling(Server):
    """An empty Jetty handler, with Holdfast's Jetty and JVM options; it can serve fixed bytes as scrapes."""

    title = "ceiling"

    def __init__(self, programs, directory, plain=None, compressed=None):
        super().__init__("ceiling", directory)
        self.programs = programs
        self.files = [plain, compressed] if plain else []

    def command(self):
        return self.programs.command_like_holdfast("ceiling.Ceiling", str(self.port), *self.files)


class Programs:
    """The programs of module benchmarks, compiled against the libraries that Holdfast was built with."""

    PACKAGE = "io.holdfast.benchmarks"
    SOURCES = "benchmarks/src/main/java/io/holdfast/benchmarks"
    # Without Logback, which would have no configuration and print what it gets.
    LIBRARIES = ("jetty", "slf4j-api", "rocksdbjni", "HdrHistogram", "jspecify")

    def __init__(self, home, directory):
        self.home = home
        libraries = [
            jar
            for name in self.LIBRARIES
            for jar in glob.glob(f"{home}/server/target/lib/{name}-*.jar")
        ]
        self.class_path = ":".join([f"{directory}/classes", *libraries])
        sources = [
            source
            for room in ("ceiling", "load")
            for source in glob.glob(f"{home}/{self.SOURCES}/{room}/*.java")
        ]
        subprocess.run(
            [java("javac"), "-proc:none", "--release", "17", "-cp", self.class_path,
             "-d", f"{directory}/classes", *sources],
            check=True)

    def command(self, program, *arguments):
        return self.java(["-XX:+UseSerialGC", "-Xms64m"], program, arguments)

    def command_like_holdfast(self, program, *arguments):
        """With the JVM options of a node."""
        options = [
            f"@{self.home}/config/jvm.options", *os.environ.get("HOLDFAST_JAVA_OPTS", "").split()]
        return self.java(options, program, arguments)

    def java(self, options, program, arguments):
        return [
            java("java"), *options, f"-Djava.library.path={self.home}/server/target/native",
            "-cp", self.class_path, f"{self.PACKAGE}.{program}", *arguments,
        ]

    def run(self, program, *arguments):
        """The numbers by name that the program prints in its line RESULT."""
        done = subprocess.run(
            self.command(program, *arguments), capture_output=True, text=True, check=False)
        found = result(done.stdout)
        if done.returncode != 0 or not found:
            raise ServerFailed(f"{program} failed:\n{done.stdout}{done.stderr}")
        return found


def result(printed):
    """The numbers by name of the lines that begin with RESULT."""
    return {
        key: int(value)
        for line in printed.splitlines() if line.startswith("RESULT ")
        for key, value in re.findall(r"(\w+)=(-?\d+)", line)
    }


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
