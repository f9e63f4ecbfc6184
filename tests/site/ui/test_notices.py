from kinoteka.site.ui.notices import NOTICES


def test_notices_are_sentences():
    assert all(text.endswith((".", "!", "?")) for text in NOTICES.values())
