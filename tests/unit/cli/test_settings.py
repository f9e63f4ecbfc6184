"""The command `kinoteka settings`."""

from tests.support.servers import run_kinoteka


def test_invalid_setting_is_named():
    done = run_kinoteka("settings", KINOTEKA_PORT="many")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("kinoteka: KINOTEKA_PORT:")


def test_settings_show_changed_values_but_no_secret():
    secret = "s" * 40
    done = run_kinoteka("settings", KINOTEKA_PORT="9000", KINOTEKA_SECRET_KEY=secret)
    assert "KINOTEKA_PORT (whole number) = 9000  (default: 8000)" in done.stdout
    assert secret not in done.stdout
    assert "KINOTEKA_SECRET_KEY (text) = (set)" in done.stdout
