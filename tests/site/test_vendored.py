"""Vendored files are unchanged copies from the packages that package-lock.json pins."""

import pytest

from tools import vendor


def installed(package: str) -> bool:
    return (vendor.MODULES / package).exists()


def test_vendored_files_and_pinned_versions_are_those_of_the_record() -> None:
    """`make vendor` writes the record. Not every machine installs all packages."""
    assert vendor.RECORD.read_text(encoding="utf-8") == vendor.record()


@pytest.mark.parametrize(("kept", "source"), vendor.COPIED.items())
def test_vendored_file_equals_the_installed_package_s(kept: str, source: str) -> None:
    package = source.partition("/")[0]
    assert package in vendor.RECORD.read_text(encoding="utf-8")
    if installed(package):
        assert (vendor.STATIC / kept).read_bytes() == (vendor.MODULES / source).read_bytes()


def test_icons_file_names_the_recorded_version() -> None:
    icons = vendor.ICONS.read_text(encoding="utf-8")
    (recorded,) = [line for line in vendor.record().splitlines() if "lucide-static " in line]
    assert f"({recorded})" in icons
    if installed("lucide-static"):
        assert icons == vendor.icons(vendor.icon_names())


def test_each_has_its_licence() -> None:
    for folder in (vendor.STATIC / "vendor").iterdir():
        assert (folder / "LICENSE.txt").stat().st_size > 100, folder.name


def test_no_icon_stands_twice() -> None:
    names = vendor.icon_names()
    assert sorted(names) == sorted(set(names))
