"""What the command import says."""

from pathlib import Path

import pytest

from kinoteka.cli.import_films import import_films
from kinoteka.cli.import_messages import FORMAT_ERRORS, describe_rejected_row, explain, summary
from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.formats.mapping import ALIASES, ALL_FIELDS, FURTHER_ALIASES
from kinoteka.core.imports.readers import KINDS, Progress
from kinoteka.core.imports.record import FormatCode, FormatError, RejectedRow, RejectionReason
from kinoteka.core.imports.service import Import
from kinoteka.database.import_target import Changes


def test_every_format_error_has_a_message():
    assert set(FORMAT_ERRORS) == set(FormatCode)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FormatError(FormatCode.FILE_EMPTY, path="a.csv"), "a.csv is empty"),
        (
            FormatError(
                FormatCode.COLUMN_MISSING, path="a.csv", columns=["Stars"], found=["title", "year"]
            ),
            "a.csv is missing these columns: Stars (it has: title, year)",
        ),
        (
            FormatError(FormatCode.LABEL_RULE_INVALID, rule="x", detail="the value is missing"),
            "--label x: the value is missing",
        ),
    ],
)
def test_format_error_is_explained(error, text):
    assert explain(error) == text


@pytest.mark.parametrize(
    ("rejected", "text"),
    [
        (RejectedRow("a.csv", 3, RejectionReason.YEAR_INVALID, "0"), "a.csv:3: year_invalid (0)"),
        (RejectedRow("a.csv", 4, RejectionReason.TITLE_MISSING, ""), "a.csv:4: title_missing"),
    ],
)
def test_rejected_row_is_reported_with_its_place_and_reason(rejected, text):
    assert describe_rejected_row(rejected) == text


class TestSummary:
    @pytest.fixture
    def done(self):
        done = Import("imdb")
        done.read = 2_000_000
        return done

    def test_summary_counts_every_outcome(self, done):
        lines = list(summary(done, Changes(1_500_000, 20_000, 480_000), Progress(), [], 100))
        assert lines == [
            "imdb: 2,000,000 films in 100.0 s (20,000 a second)",
            "  added      1,500,000",
            "  changed    20,000",
            "  unchanged  480,000",
            "  rejected   0",
        ]

    def test_summary_names_ignored_files_and_skipped_rows(self, done):
        progress = Progress()
        progress.skipped.update(short=900, adult=100)
        progress.ignored.append(Path("links.csv"))
        done.repeated = 3
        lines = list(summary(done, Changes(0, 0, 0), progress, [], 100))
        assert lines[4:7] == [
            "  repeated   3 (rows with the id of a later row)",
            "  skipped    1,000 (short 900, adult 100)",
            "  rejected   0",
        ]
        assert lines[7] == "  links.csv has no data for the catalogue, ignored"

    def test_summary_lists_the_first_rejected_rows_and_names_the_report(self, done):
        listed = [RejectedRow("a.csv", line, RejectionReason.TITLE_MISSING, "") for line in (2, 5)]
        done.rejected.update({RejectionReason.TITLE_MISSING: 1_900, RejectionReason.TOO_LONG: 100})
        lines = list(summary(done, Changes(0, 0, 0), Progress(), listed, 100))
        assert lines[4:] == [
            "  rejected   2,000 (title_missing 1,900, too_long 100)",
            "a.csv:2: title_missing",
            "a.csv:5: title_missing",
            "and 1,998 more; --report FILE writes all of them",
        ]


class TestDocumentation:
    PAGE = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", [*FORMATS, *ALL_FIELDS, *RejectionReason, *KINDS])
    def test_every_format_field_and_reason_is_documented(self, name):
        assert f"`{name}`" in self.PAGE

    @pytest.mark.parametrize("option", [option.opts[0] for option in import_films.params])
    def test_every_option_is_documented(self, option):
        assert option == "--data" or not option.startswith("--") or option in self.PAGE

    @pytest.mark.parametrize("field", [*ALIASES, *FURTHER_ALIASES])
    def test_every_alias_of_a_column_is_documented(self, field):
        row = next(line for line in self.PAGE.splitlines() if f"| `{field}`" in line)
        assert [
            name for name in (ALIASES | FURTHER_ALIASES)[field] if f"`{name}`" not in row.lower()
        ] == []
