"""Findings: the result of a check, its severity and the advice."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """The severity of a finding; the worst first."""

    ERROR = 0
    """It does not work or is not safe."""
    WARNING = 1
    """It works now, but fails in a situation that is likely to occur."""
    FINE = 2
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: subject, result and advice."""

    severity: Severity
    subject: str
    text: str

    def __str__(self) -> str:
        """Return the line. Line breaks in errors of libraries become spaces."""
        return f"{self.severity.name.lower():8} {self.subject:12} {' '.join(self.text.split())}"


def error(subject: str, text: str) -> Finding:
    """Return a finding about something that does not work or is not safe."""
    return Finding(Severity.ERROR, subject, text)


def warning(subject: str, text: str) -> Finding:
    """Return a finding about something that works only for now."""
    return Finding(Severity.WARNING, subject, text)


def fine(subject: str, text: str) -> Finding:
    """Return a finding that needs no action."""
    return Finding(Severity.FINE, subject, text)


def reason(problem: Exception) -> str:
    """Return why an operation failed, without the notation of a programming language."""
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror + (f" ({problem.filename})" if problem.filename else "")
    if isinstance(problem, TimeoutError):
        return "it did not answer in time"
    return " ".join(str(problem).split()).rstrip(".") or "it gave no reason"
