"""What the site's pages bring along is what package-lock.json pins."""

import pytest

from tools import vendor


def installed(package: str) -> pytest.MarkDecorator:
    there = (vendor.MODULES / package).exists()
    return pytest.mark.skipif(not there, reason=f"{package} is not installed (make vendor)")


@pytest.mark.parametrize(
    ("kept", "source"),
    [
        pytest.param(kept, source, marks=installed(source.partition("/")[0]))
        for kept, source in vendor.COPIED.items()
    ],
)
def test_files_are_the_package_s(kept, source) -> None:
    assert (vendor.STATIC / kept).read_bytes() == (vendor.MODULES / source).read_bytes()


@installed("lucide-static")
def test_icons_are_the_package_s() -> None:
    assert vendor.ICONS.read_text(encoding="utf-8") == vendor.icons(vendor.icon_names())


def test_each_has_its_licence() -> None:
    for folder in (vendor.STATIC / "vendor").iterdir():
        assert (folder / "LICENSE.txt").stat().st_size > 100, folder.name


def test_no_icon_stands_twice() -> None:
    names = vendor.icon_names()
    assert sorted(names) == sorted(set(names))
