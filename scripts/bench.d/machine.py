"""What the figures were measured on."""

import os
import platform
import statistics
import subprocess
import time

FLUSHES = 300
FLUSHED_BYTES = 4096


def describe(home, directory):
    """Lines that say which machine and versions, and what its disk takes for a flush."""
    median, slow = fdatasync_millis(directory)
    file_system = file_system_of(directory)
    lines = [
        f"machine     {len(os.sched_getaffinity(0))} cores of {cpu_model()},"
        f" {memory_gibibytes():.1f} GiB, Linux {platform.release()}",
        f"disk        {file_system}, fdatasync after {FLUSHED_BYTES} bytes:"
        f" p50 {median:.2f} ms, p99 {slow:.2f} ms",
        f"load        {os.getloadavg()[0]:.2f} on average in the minute before",
        f"{output(f'{home}/scripts/holdfast', '--version')}, {commit(home)}",
        f"wrk         {package_version('wrk')}, 1 thread",
    ]
    if package_version("haproxy"):
        lines.append(f"haproxy     {package_version('haproxy')}")
    options = os.environ.get("HOLDFAST_JAVA_OPTS")
    if options:
        lines.append(f"options     HOLDFAST_JAVA_OPTS={options}")
    if file_system in ("tmpfs", "ramfs"):
        lines.append(f"CAREFUL     {directory} is memory and not a disk: set TMPDIR to a real one")
    return lines


def peers(lab):
    """Lines that name what Holdfast is compared with."""
    for title, binary in lab.pushgateways.items():
        yield f"peer        {title}, {package_version(binary) or binary}"
    if lab.victoria_metrics:
        yield f"peer        VictoriaMetrics, {output(lab.victoria_metrics, '-version')}"


def fdatasync_millis(directory):
    """Median and 99th percentile of appending to a file and flushing it."""
    path = os.path.join(directory, "fdatasync")
    times = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(FLUSHES):
            os.write(descriptor, os.urandom(FLUSHED_BYTES))
            started = time.perf_counter()
            os.fdatasync(descriptor)
            times.append((time.perf_counter() - started) * 1000)
    finally:
        os.close(descriptor)
        os.unlink(path)
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def file_system_of(directory):
    """Its type, such as ext4."""
    done = subprocess.run(
        ["df", "--output=fstype", directory], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


def cpu_model():
    return first_value("/proc/cpuinfo", "model name") or platform.machine()


def memory_gibibytes():
    return int(first_value("/proc/meminfo", "MemTotal").split()[0]) / 2**20


def first_value(path, key):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return None


def commit(home):
    known = output("git", "-C", home, "describe", "--always", "--dirty")
    return f"commit {known}" if known else "not from a Git checkout"


def package_version(package):
    return output("dpkg-query", "-W", "-f", "${Version}", package)


def output(*command):
    """First line of what the command prints; empty if it fails or does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.partition("\n")[0]
