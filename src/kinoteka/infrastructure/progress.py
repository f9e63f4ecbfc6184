"""How far long work has come, to be watched from another thread."""


class Progress:
    """What is being done, and how much of it: `done` of `total` bytes, rows, files or pages."""

    def __init__(self) -> None:
        self.step = ""
        self.done = 0
        self.total = 0

    def begin(self, step: str, total: int = 0) -> None:
        """Begin a step of so many; 0: not known."""
        self.step, self.done, self.total = step, 0, total
