"""The tables that a run prints: also Markdown, to be put into a document as they are."""

import dataclasses

RATIO = ("ratio", "aim", "")


@dataclasses.dataclass
class Aim:
    """A bound of the ratio in a row. The words say what the ratio is of."""

    bound: float
    is_minimum: bool
    words: str

    def is_met_by(self, ratio):
        return ratio >= self.bound if self.is_minimum else ratio <= self.bound

    def __str__(self):
        return f"{'at least' if self.is_minimum else 'at most'} {self.bound:g}{self.words}"


class Table:
    """Rows of a part. The first column says what was measured; columns without a value are left out."""

    def __init__(self, title, columns):
        self.title = title
        self.columns = columns
        self.rows = []

    def add(self, what, values, ratio=None, aim=None):
        """Values are texts by column, empty or None for nothing; the ratio is judged if there is an aim."""
        verdict = ""
        if aim and ratio is not None:
            verdict = "PASS" if aim.is_met_by(ratio) else "MISS"
        shown = "" if ratio is None else significant(ratio)
        unknown = set(values) - set(self.columns)
        assert not unknown, unknown
        self.rows.append((
            what, *(values.get(column) or "" for column in self.columns),
            shown, str(aim) if aim and ratio is not None else "", verdict))

    def sort(self):
        """By what was measured; rows that begin with a dash stay behind theirs."""
        blocks = []
        for row in self.rows:
            if row[0].startswith("- ") and blocks:
                blocks[-1].append(row)
            else:
                blocks.append([row])
        self.rows = [row for block in sorted(blocks, key=lambda block: block[0][0]) for row in block]

    def __str__(self):
        rows = [(self.title, *self.columns, *RATIO), *self.rows]
        kept = [
            column for column in range(len(rows[0]))
            if column == 0 or any(row[column] for row in self.rows)
        ]
        rows = [tuple(row[column] for column in kept) for row in rows]
        is_number = [0 < column <= len(self.columns) + 1 for column in kept]
        widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(kept))]
        rule = [
            "-" * (width - 1) + ":" if right else "-" * width
            for width, right in zip(widths, is_number)
        ]
        lines = [aligned(row, widths, is_number) for row in rows]
        lines.insert(1, aligned(rule, widths, is_number))
        return "\n".join(lines)


def aligned(row, widths, is_number):
    cells = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, is_number)
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


def in_seconds(value):
    return f"{significant(value)} s"


def megabytes(size):
    return f"{significant(size / 1e6)} MB"


def mebibytes(size):
    return f"{size / 2**20:,.0f} MiB"
