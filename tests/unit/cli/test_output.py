"""Messages about failures."""

import errno
import os

import pytest

from kinoteka.cli.output import explain


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "Run the command as the user that owns it"),
        (errno.EROFS, "Run the command as the user that owns it"),
        (errno.EEXIST, "There is a file where a folder is needed: name another data folder"),
        (errno.ENOENT, "Check the path; --data names the data folder"),
        (errno.EIO, "'kinoteka doctor' looks for the cause"),
    ],
)
def test_error_of_the_operating_system_says_what_to_do(number, advice):
    message = explain(OSError(number, os.strerror(number), "/srv/films"))
    assert message.startswith(f"/srv/films cannot be used: {os.strerror(number)}. {advice}")
