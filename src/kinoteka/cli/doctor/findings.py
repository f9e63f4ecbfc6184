"""Findings: what a check has found, how bad it is, and what to do."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How bad it is; the worst first."""

    ERROR = 0
    """It does not work, or is not safe."""
    WARNING = 1
    """It works, until something comes that does happen."""
    FINE = 2
    """As it should be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: of what it is said, what is so, and what to do about it."""

    severity: Severity
    subject: str
    text: str

    def __str__(self) -> str:
        """The line; an error of a library may have several, which become one."""
        return f"{self.severity.name.lower():8} {self.subject:12} {' '.join(self.text.split())}"


def error(subject: str, text: str) -> Finding:
    """Something that does not work or is not safe."""
    return Finding(Severity.ERROR, subject, text)


def warning(subject: str, text: str) -> Finding:
    """Something that works for now."""
    return Finding(Severity.WARNING, subject, text)


def fine(subject: str, text: str) -> Finding:
    """Something that is as it should be."""
    return Finding(Severity.FINE, subject, text)


def reason(problem: Exception) -> str:
    """Return why an operation failed, without the notation of a programming language."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror + (f" ({problem.filename})" if problem.filename else "")
    if isinstance(problem, TimeoutError):
        return "it did not answer in time"
    return " ".join(str(problem).split()).rstrip(".") or "it gave no reason"
