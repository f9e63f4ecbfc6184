"""Progress of a long operation, for display by another thread."""


class Progress:
    """The current step, with `done` of `total` bytes, rows, files or pages."""

    def __init__(self) -> None:
        self.step = ""
        self.done = 0
        self.total = 0

    def begin(self, step: str, total: int = 0) -> None:
        """Begin a step; a total of 0 means unknown."""
        self.step, self.done, self.total = step, 0, total
