"""Pages name every department, kind of title and site."""

from kinoteka.core.film_editing.parts.model import EDITED_KINDS
from kinoteka.core.imports.record import TITLE_KINDS as KINDS
from kinoteka.database.schema import Department
from kinoteka.site.ui.departments import DEPARTMENTS, SITES, TITLE_KINDS


def test_every_department_kind_and_site_has_a_name() -> None:
    assert set(DEPARTMENTS) == set(Department)
    assert set(TITLE_KINDS) == set(KINDS)
    assert set(SITES) == set(EDITED_KINDS)
