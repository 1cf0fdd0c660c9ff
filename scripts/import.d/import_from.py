"""Copies the groups of a running Pushgateway into a running Holdfast."""

import argparse
import collections
import sys

import groups
from progress import Progress, waiting
from server import Server, ServerFailed, Tls

HEADERS = {
    "Content-Type": "application/vnd.google.protobuf; "
    "proto=io.prometheus.client.MetricFamily; encoding=delimited"
}


def arguments():
    parser = argparse.ArgumentParser(prog="import-from", add_help=False)
    parser.add_argument("source", metavar="URL")
    parser.add_argument("--to", metavar="URL", default="http://localhost:9091")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--overwrite", action="store_true")
    parser.add_argument("--cacert", metavar="FILE")
    parser.add_argument("--insecure", action="store_true")
    parser.add_argument("--cert", metavar="FILE")
    parser.add_argument("--key", metavar="FILE")
    return parser.parse_args()


def why_not(group, times, overwrite):
    """Why the group is not copied, or None."""
    if group.pushed == 0:
        return "every push of it has failed"
    if not overwrite and times.get(groups.key(group.labels), 0) > group.pushed:
        return "pushed to the target later"
    return None


def copy(target, group, utf8_names):
    """Why the target does not take the group, or None."""
    try:
        path = groups.url_path(group.labels, utf8_names)
    except groups.NoPath as e:
        return str(e)
    status, _, body = target.request("PUT", path, HEADERS, group.body)
    if status in (200, 202):
        return None
    return f"{status}: " + body.decode(errors="replace").strip()[:500]


def run(options):
    tls = Tls(options.cacert, options.insecure, options.cert, options.key)
    source = Server(options.source, tls)
    target = Server(options.to, tls)
    # First, so that a wrong address is told before much is read.
    times = groups.push_times(target)
    utf8_names = target.flags().get("push.enable-utf8-names") == "true"
    with waiting(f"reading {source.url} ..."):
        found = groups.read(source)
    print(f"{source.url}: {len(found)} groups, {sum(g.series for g in found)} series")
    progress = Progress("groups", len(found))
    copied = series = failures = 0
    skipped = collections.Counter()
    failed_since = 0
    for done, group in enumerate(found):
        progress.show(done)
        reason = why_not(group, times, options.overwrite)
        if reason:
            skipped[reason] += 1
            continue
        if options.dry_run:
            progress.say(
                f"would copy {group}: {group.families} families, {group.series} series", sys.stdout
            )
        else:
            refusal = copy(target, group, utf8_names)
            if refusal:
                failures += 1
                progress.say(f"{group} was refused with {refusal}")
                continue
        copied += 1
        series += group.series
        failed_since += group.failed > group.pushed
    progress.finish(len(found))
    verb = "would be copied" if options.dry_run else "copied"
    print(f"{copied} groups with {series} series {verb} to {target.url}")
    for reason, count in skipped.items():
        print(f"{count} groups left alone: {reason}")
    if failed_since:
        print(f"{failed_since} of the copied had a failed push after that, which is not copied")
    if failures:
        print(f"{failures} groups were refused, see above")
    return 1 if failures else 0


def main():
    try:
        sys.exit(run(arguments()))
    except ServerFailed as e:
        print(f"import-from: {e}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
