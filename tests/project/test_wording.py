"""The check of old names and phrases."""

from pathlib import Path

import pytest

from tools import wording
from tools.wording import Lists, load, scan

LISTS = Lists(
    names={"OldName": "NewName", "fetch_thing": "read_film"},
    phrases={"was hewn": "was created", "the film of yore": "the old film"},
    pending_names={"LaterName": "FinalName"},
    exempt_paths=("src/vendored/*",),
    exempt_entries={"src/wire.py": ["fetch_thing"]},
)


def found(root: Path, path: str, text: str) -> list[tuple[int, str, str]]:
    """Return line, old and new of the findings in one file."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
    return [(each.line, each.old, each.new) for each in scan(root, LISTS) if each.path == path]


class TestNames:
    def test_identifier_is_found_with_its_line(self, tmp_path: Path) -> None:
        text = "x = 1\nclass OldName:\n    pass\n"
        assert found(tmp_path, "src/a.py", text) == [(2, "OldName", "NewName")]

    @pytest.mark.parametrize("code", ["OldNames = 1", "oldname = 1", "x = 'OldName'  # OldName"])
    def test_other_identifiers_strings_and_comments_are_ignored(
        self, tmp_path: Path, code: str
    ) -> None:
        assert found(tmp_path, "src/a.py", code + "\n") == []

    def test_option_of_a_command_is_ignored(self, tmp_path: Path) -> None:
        assert found(tmp_path, "docs/a.md", "`kinoteka --fetch_thing 3 OldName-like`\n") == []

    def test_code_spans_of_documents_are_checked_but_prose_is_not(self, tmp_path: Path) -> None:
        text = "OldName in prose\n\n`OldName`\n\n```\nfetch_thing()\n```\n"
        assert found(tmp_path, "docs/a.md", text) == [
            (3, "OldName", "NewName"),
            (6, "fetch_thing", "read_film"),
        ]


class TestPhrases:
    @pytest.mark.parametrize(
        "code",
        [
            "# It Was Hewn.",
            '"""It was hewn."""',
            "x = 'was hewn'",
            "x = f'{y} was hewn'",
            "def test_film_was_hewn(): ...",
        ],
    )
    def test_phrase_is_found_in_comments_strings_and_test_names(
        self, tmp_path: Path, code: str
    ) -> None:
        assert found(tmp_path, "tests/test_a.py", code + "\n") == [(1, "was hewn", "was created")]

    @pytest.mark.parametrize(
        "text", ["# The film\n# of yore.\n", "x = (\n    'the film '\n    'of yore'\n)\n"]
    )
    def test_phrase_is_found_across_lines(self, tmp_path: Path, text: str) -> None:
        (finding,) = found(tmp_path, "src/a.py", text)
        assert finding[1:] == ("the film of yore", "the old film")

    @pytest.mark.parametrize("text", ["# It was hewnish.", "was, hewn", "y = was  # hewn"])
    def test_other_words_and_code_are_ignored(self, tmp_path: Path, text: str) -> None:
        assert found(tmp_path, "src/a.py", text + "\n") == []

    def test_sql_is_exempt(self, tmp_path: Path) -> None:
        assert found(tmp_path, "src/a.py", "x = 'SELECT x AS \"was hewn\"'\n") == []

    def test_templates_are_checked(self, tmp_path: Path) -> None:
        text = "<p>\n  was\n  hewn</p>"
        assert found(tmp_path, "src/site/a.html", text) == [(2, "was hewn", "was created")]


class TestExemptions:
    def test_exempt_path_is_not_scanned(self, tmp_path: Path) -> None:
        assert found(tmp_path, "src/vendored/a.py", "OldName = 1  # was hewn\n") == []

    def test_entry_is_allowed_only_in_its_file(self, tmp_path: Path) -> None:
        text = "fetch_thing = OldName\n"
        assert found(tmp_path, "src/wire.py", text) == [(1, "OldName", "NewName")]


class TestCommand:
    def use(self, monkeypatch: pytest.MonkeyPatch, root: Path, text: str) -> None:
        (root / "src").mkdir()
        (root / "src" / "a.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(wording, "ROOT", root)
        monkeypatch.setattr(wording, "load", lambda: LISTS)

    def test_old_name_is_printed_and_rejected(self, tmp_path, monkeypatch, capsys) -> None:
        self.use(monkeypatch, tmp_path, "OldName = 1\n")
        assert wording.main([]) == 1
        assert "src/a.py:1: OldName → NewName\n" in capsys.readouterr().out

    def test_pending_name_is_counted_but_accepted(self, tmp_path, monkeypatch, capsys) -> None:
        self.use(monkeypatch, tmp_path, "LaterName = LaterName\n")
        assert wording.main([]) == 0
        assert capsys.readouterr().out == "pending: LaterName (2)\n"

    def test_pending_name_that_no_longer_occurs_is_reported(
        self, tmp_path, monkeypatch, capsys
    ) -> None:
        self.use(monkeypatch, tmp_path, "FinalName = 1\n")
        assert wording.main([]) == 0
        assert capsys.readouterr().out == "no longer found, so no longer pending: LaterName\n"

    def test_pending_option_lists_every_line(self, tmp_path, monkeypatch, capsys) -> None:
        self.use(monkeypatch, tmp_path, "LaterName = 1\n")
        assert wording.main(["--pending"]) == 0
        assert capsys.readouterr().out == "src/a.py:1: LaterName → FinalName\n"


def test_entry_that_is_active_and_pending_is_rejected(tmp_path: Path) -> None:
    lists = tmp_path / "lists.toml"
    lists.write_text('[names]\nA = "B"\n[pending.names]\nA = "B"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="both active and pending: A"):
        load(lists)
