"""The option `--mapping` of the command import, and `kinoteka import mappings`."""

from click.testing import CliRunner

from kinoteka.cli.main import cli
from kinoteka.database.migrations import migrate
from tests.support.databases import database_environment, execute


def test_saved_mapping_is_used_and_other_options_prevail(settings, tmp_path):
    migrate(settings)
    insert = "INSERT INTO import_mappings (name, mapping, options) VALUES (?, ?, ?)"
    mapping = '["title=Film X","year=Y"]'
    execute(settings, insert, "club", mapping, '{"scale":"5","thousands":"."}')
    table = tmp_path / "films.csv"
    table.write_text("Film X;Y;Z;rating;votes\nRan;1985;1986;4;1.000\n")
    environment = database_environment(settings)

    def preview(*arguments):
        given = ["import", "films", str(table), "--preview", "--data", str(settings.data)]
        return CliRunner(env=environment).invoke(cli, [*given, *arguments])

    done = preview("--mapping", "club", "--map", "year=Z")
    assert done.exit_code == 0, done.output
    assert "  Ran (1986)" in done.output
    assert "rating      8\n" in done.output
    assert "votes       1,000" in done.output
    done = preview("--mapping", "other")
    assert done.exit_code == 2
    assert "no mapping with the name other" in done.output


def test_saved_mappings_are_listed_and_deleted(settings):
    migrate(settings)
    insert = "INSERT INTO import_mappings (name, mapping, options) VALUES (?, ?, ?)"
    execute(settings, insert, "club", '["title=Film X","year=Y"]', "{}")

    def mappings(*arguments):
        given = ["import", "mappings", "--data", str(settings.data), *arguments]
        return CliRunner(env=database_environment(settings)).invoke(cli, given)

    assert mappings().output == "club: title=Film X, year=Y\n"
    done = mappings("--delete", "other")
    assert done.exit_code == 2
    assert "no mapping with the name other" in done.output
    assert mappings("--delete", "club").exit_code == 0
    assert "No mapping is saved" in mappings().output
