"""Texts about previews of imports."""

from kinoteka.core.imports.formats.mapping import ALL_FIELDS
from kinoteka.site.manage.preview_texts import FIELDS, REASONS


def test_every_field_has_a_name():
    assert set(FIELDS) == set(ALL_FIELDS)


def test_every_reason_of_a_column_has_a_text():
    assert set(REASONS) == {
        *("option", "name", "content", "unknown", "repeated", "note", "personal")
    }
