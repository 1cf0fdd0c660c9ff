"""Plots as SVG, written by hand: bars of some series side by side, and lines."""

import html
import math

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 16, 64, 52
INNER_WIDTH, INNER_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
TICKS = 5
# Told apart by those who cannot tell red from green as well (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
FONT = "font-family='sans-serif' fill='#222'"


class Plot:
    """
    Series are lists of numbers by name, each as long as the labels of the x axis; None leaves a gap.
    """

    def __init__(self, title, x_title, y_title, labels, series, is_logarithmic=False):
        self.title = title
        self.x_title = x_title
        self.y_title = y_title
        self.labels = [str(label) for label in labels]
        self.series = {name: values for name, values in series.items() if any(values)}
        numbers = [value for values in self.series.values() for value in values if value] or [1]
        if is_logarithmic:
            self.low = 10 ** math.floor(math.log10(min(numbers)))
            self.high = 10 ** math.ceil(math.log10(max(numbers) * 1.001))
            powers = range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)
            self.ticks = [10.0 ** power for power in powers]
            self.height_of = lambda value: (
                math.log(max(value, self.low) / self.low) / math.log(self.high / self.low))
        else:
            step = nice(max(numbers) / TICKS)
            self.low = 0
            self.high = step * math.ceil(max(numbers) / step)
            self.ticks = [step * i for i in range(round(self.high / step) + 1)]
            self.height_of = lambda value: value / self.high

    def bars(self):
        slot = INNER_WIDTH / len(self.labels)
        width = slot * 0.8 / max(1, len(self.series))
        shapes = []
        for number, (name, values) in enumerate(self.series.items()):
            for index, value in enumerate(values):
                if value:
                    x = LEFT + slot * (index + 0.1) + width * number
                    # At least a line: what is small beside the others is there all the same.
                    y = min(self.y(value), TOP + INNER_HEIGHT - 1)
                    shapes.append(
                        f"<rect x='{x:.1f}' y='{y:.1f}' width='{width * 0.94:.1f}'"
                        f" height='{TOP + INNER_HEIGHT - y:.1f}' fill='{colour(number)}'>"
                        f"<title>{escaped(name)}, {escaped(self.labels[index])}: {value:,.4g}</title>"
                        "</rect>")
        return self.framed(shapes)

    def lines(self):
        shapes = []
        for number, values in enumerate(self.series.values()):
            points = [
                (self.x(index), self.y(value)) for index, value in enumerate(values)
                if value is not None
            ]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            shapes.append(
                f"<polyline points='{path}' fill='none' stroke='{colour(number)}' stroke-width='2'/>")
            if len(points) <= 12:
                shapes.extend(
                    f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour(number)}'/>"
                    for x, y in points)
        return self.framed(shapes)

    def x(self, index):
        return LEFT + INNER_WIDTH * (index + 0.5) / len(self.labels)

    def y(self, value):
        return TOP + INNER_HEIGHT * (1 - self.height_of(value))

    def framed(self, shapes):
        return "\n".join([
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' role='img'"
            f" aria-label='{escaped(self.title)}'>",
            f"<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>",
            text(LEFT, 22, self.title, "start", 15, "font-weight='bold'"),
            *self.legend(),
            *self.axes(),
            *shapes,
            "</svg>", ""])

    def legend(self):
        x = LEFT
        for number, name in enumerate(self.series):
            yield f"<rect x='{x:.0f}' y='34' width='12' height='12' fill='{colour(number)}'/>"
            yield text(x + 17, 45, name, "start", 12)
            x += 25 + 6.2 * len(name)

    def axes(self):
        for tick in self.ticks:
            y = self.y(tick) if tick else TOP + INNER_HEIGHT
            yield (f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y:.1f}' y2='{y:.1f}'"
                   " stroke='#ddd'/>")
            yield text(LEFT - 6, y + 4, f"{tick:,.10g}", "end", 11)
        # So many labels as fit beside each other.
        every = max(1, math.ceil(len(self.labels) * max(map(len, self.labels)) * 9 / INNER_WIDTH))
        for index, label in enumerate(self.labels):
            if index % every == 0:
                yield text(self.x(index), TOP + INNER_HEIGHT + 17, label, "middle", 11)
        yield text(LEFT + INNER_WIDTH / 2, HEIGHT - 10, self.x_title, "middle", 12)
        middle = TOP + INNER_HEIGHT / 2
        yield text(14, middle, self.y_title, "middle", 12, f"transform='rotate(-90 14 {middle})'")


def nice(step):
    """The next larger of 1, 2, 2.5, 5 and 10 times a power of ten."""
    power = 10 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * 0.999)


def colour(number):
    return COLOURS[number % len(COLOURS)]


def text(x, y, content, anchor, size, more=""):
    return (f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size}' {FONT} {more}>"
            f"{escaped(content)}</text>")


def escaped(content):
    return html.escape(content, quote=True)
