"""The table that a run prints: also Markdown, to be put into a README as it is."""

import dataclasses

HEAD = ("", "Holdfast", "Pushgateway", "ceiling", "ratio", "target", "")


@dataclasses.dataclass
class Target:
    """
    What a ratio must be. The ratio is `numerator / denominator` of the columns' values, and the
    words say which.
    """

    bound: float
    is_minimum: bool
    words: str

    def is_met_by(self, ratio):
        return ratio >= self.bound if self.is_minimum else ratio <= self.bound

    def __str__(self):
        return f"{'at least' if self.is_minimum else 'at most'} {self.bound:g}{self.words}"


class Table:
    def __init__(self, head=HEAD):
        self.rows = [head]
        self.missed = 0

    def add(self, what, holdfast, pushgateway="", ceiling="", ratio=None, target=None):
        """Values come as text; the ratio is a number, judged if there is a target."""
        verdict = ""
        if target and ratio is not None:
            verdict = "PASS" if target.is_met_by(ratio) else "MISS"
            self.missed += verdict == "MISS"
        shown = "" if ratio is None else significant(ratio)
        self.rows.append((
            what, holdfast, pushgateway, ceiling, shown, str(target) if target else "", verdict))

    def __str__(self):
        widths = [max(len(row[column]) for row in self.rows) for column in range(len(HEAD))]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:5]),
                *("-" * max(width, 3) for width in widths[5:])]
        widths = [max(width, len(dashes)) for width, dashes in zip(widths, rule)]
        lines = [aligned(row, widths) for row in self.rows]
        lines.insert(1, aligned(rule, widths))
        return "\n".join(lines)


def aligned(row, widths):
    cells = [
        cell.rjust(width) if 1 <= column <= 4 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths))
    ]
    return "| " + " | ".join(cells) + " |"


def significant(number):
    """At least three digits that count."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def rate(per_second):
    return f"{significant(per_second)}/s"


def millis(value):
    return f"{significant(value)} ms"


def megabytes(size):
    return f"{significant(size / 1e6)} MB"


def mebibytes(size):
    return f"{size / 2**20:,.0f} MiB"
