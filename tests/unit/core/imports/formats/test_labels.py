"""Labels of films in tables come from rules; `hidden` cannot be assigned."""

import pytest

from kinoteka.core.imports.formats.labels import labelled
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import InvalidValue

ALIEN = film("1", "Alien", year=1979)


def test_rule_labels_a_film():
    assert labelled(ALIEN, LabelRules(["old:year=..1980"]), {}, None).label == "old"


def test_row_that_says_hidden_is_rejected():
    with pytest.raises(InvalidValue):
        labelled(ALIEN, LabelRules(), {"Label": "Hidden"}, "Label")
    assert labelled(ALIEN, LabelRules(), {"Label": "premium"}, "Label").label is None
