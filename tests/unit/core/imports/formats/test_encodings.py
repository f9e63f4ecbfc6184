"""The encoding of a text is detected from its bytes."""

import pytest

from kinoteka.core.imports.formats.encodings import check_encoding, detect_encoding
from kinoteka.core.imports.record import FormatError


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("title,year\nБрат,1997\nЁлки,2010\n", "cp1251"),
        ("title\nСталкер\nАндрей Рублёв\n", "koi8_r"),
        ("title,year\n霸王别姬,1993\n", "gb18030"),
        ("title\n七人の侍\nゴジラ\n", "cp932"),
        ("title\n올드보이\n기생충\n", "cp949"),
        ("title\n臥虎藏龍\n", "big5"),
        ("title,year\nAmélie,2001\nHeat,1995\n", "cp1252"),
        ("title\tyear\nБрат\t1997\n", "utf-16"),
        ("title\tyear\nAlien\t1979\n", "utf-16-le"),
        ("title\tyear\nAlien\t1979\n", "utf-16-be"),
        ("title\nБрат\n", "utf-8"),
        ("title\nAlien\n", "utf-8"),
    ],
)
def test_encoding_is_detected(text, encoding):
    assert detect_encoding(text.encode(encoding)) == encoding


@pytest.mark.parametrize(
    "content",
    [
        b"title\n5,\xff\xfe,1990,Drama\n",
        "Брат\nЁлки\n".encode() + b"Am\xe9lie\n",
        "Брат".encode()[:-1],
        b"a\0b",
        b"",
    ],
)
def test_text_without_another_plausible_encoding_is_utf8(content):
    assert detect_encoding(content) == "utf-8"


def test_name_of_an_encoding_is_checked():
    assert check_encoding("Windows-1251") == "cp1251"
    for name in ("klingon", "rot13", "hex"):
        with pytest.raises(FormatError) as caught:
            check_encoding(name)
        assert caught.value.code == "encoding_unknown"
