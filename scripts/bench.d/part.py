"""What a part of a run leaves: tables, notes and plots."""


class Part:
    """
    One part. It starts the servers that it needs, and ends them. The tables hold what it has found
    so far, even if it fails.
    """

    name = ""

    def __init__(self, lab):
        self.lab = lab
        self.plan = lab.plan
        self.tables = []
        self.notes = []
        # SVG by file name.
        self.plots = {}

    def table(self, title, *more_columns):
        table = self.lab.table(title, *more_columns)
        self.tables.append(table)
        return table

    def run(self):
        raise NotImplementedError
