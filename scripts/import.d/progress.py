"""How far it is: a bar on a terminal, a line now and then elsewhere."""

import contextlib
import sys
import time

WIDTH = 30
LINE_SECONDS = 5
BAR_SECONDS = 0.1


@contextlib.contextmanager
def waiting(what):
    """Says on a terminal what is going on, until it is over."""
    if sys.stderr.isatty():
        print(what, end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Progress:
    """Of something with a known end. Goes to standard error."""

    def __init__(self, what, total):
        self._what = what
        self._total = total
        self._is_terminal = sys.stderr.isatty()
        self._started = time.monotonic()
        self._shown = 0.0 if self._is_terminal else self._started

    def show(self, done):
        now = time.monotonic()
        pause = BAR_SECONDS if self._is_terminal else LINE_SECONDS
        if now - self._shown >= pause:
            self._shown = now
            self._print(done)

    def finish(self, done):
        if self._is_terminal:
            self._print(done)
            print(file=sys.stderr)

    def say(self, text, file=sys.stderr):
        """A line of its own, where the bar is."""
        if self._is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        print(text, file=file, flush=True)

    def _print(self, done):
        total = max(self._total, 1)
        rate = done / max(time.monotonic() - self._started, 0.001)
        text = f"{done} of {self._total} {self._what}, {rate:.0f}/s"
        if self._is_terminal:
            filled = WIDTH * done // total
            bar = "#" * filled + "." * (WIDTH - filled)
            print(f"\r\033[K[{bar}] {100 * done // total}% {text}", end="", file=sys.stderr)
            sys.stderr.flush()
        else:
            print(text, file=sys.stderr)
