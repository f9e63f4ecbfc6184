import pytest

from kinoteka.infrastructure.server_addresses import passwords_in, without_passwords
from kinoteka.infrastructure.settings import Settings, SettingsError, load, rows


def test_defaults_need_no_environment():
    assert load({}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("KINOTEKA_PORT", "9000", "port", 9000),
        ("KINOTEKA_DEMO", "false", "demo", False),
        ("KINOTEKA_TIMEZONE", "Europe/Moscow", "timezone", "Europe/Moscow"),
        ("KINOTEKA_FILES_URL", "s3://films", "files_url", "s3://films"),
        ("KINOTEKA_FILES_URL", "s3://my.films/a/b_c/", "files_url", "s3://my.films/a/b_c/"),
        ("KINOTEKA_FILES_ENDPOINT", "http://[::1]:9000", "files_endpoint", "http://[::1]:9000"),
        ("KINOTEKA_HIDE_UNKNOWN_ACCOUNTS", "1", "hide_unknown_accounts", True),
        ("KINOTEKA_PUBLIC_URL", "https://films.example", "public_url", "https://films.example"),
        (
            "KINOTEKA_CORS_ORIGINS",
            "https://a.example, https://b.example/",
            "cors_origins",
            ("https://a.example", "https://b.example"),
        ),
    ],
)
def test_values_come_from_the_environment(name, text, field, value):
    assert getattr(load({name: text}), field) == value


@pytest.mark.parametrize("value", ["off", "FULL", "1"])
def test_unknown_durability_is_rejected_with_the_choices(value):
    with pytest.raises(SettingsError, match=r"^KINOTEKA_DATABASE_DURABILITY: .*normal.*full"):
        load({"KINOTEKA_DATABASE_DURABILITY": value})


def test_empty_variable_counts_as_unset():
    assert load({"KINOTEKA_PORT": ""}).port == 8000


def test_command_line_overrides_the_environment():
    assert load({"KINOTEKA_PORT": "9000"}, port=1234).port == 1234


def test_environment_overrides_the_dotenv_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("KINOTEKA_PORT=9000\nKINOTEKA_HOST=::1\n")
    monkeypatch.setenv("KINOTEKA_HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.delenv("KINOTEKA_PORT", raising=False)
    settings = load()
    assert (settings.port, settings.host) == (9000, "0.0.0.0")  # noqa: S104


@pytest.mark.parametrize(
    ("address", "shown", "passwords"),
    [
        ("redis://cache:6379/0", "redis://cache:6379/0", []),
        ("postgresql://me@db/films", "postgresql://me@db/films", []),
        ("postgresql://me:p@ss@db/films", "postgresql://me:(set)@db/films", ["p@ss"]),
        ("redis://:films@films/0", "redis://:(set)@films/0", ["films"]),
        ("postgresql:///x?password=a&user=b", "postgresql:///x?password=(set)&user=b", ["a"]),
        (
            "postgresql://a:b@c/d?sslpassword=e",
            "postgresql://a:(set)@c/d?sslpassword=(set)",
            ["b", "e"],
        ),
    ],
)
def test_passwords_in_addresses_are_known(address, shown, passwords):
    assert without_passwords(address) == shown
    assert passwords_in(address) == passwords


def test_every_setting_has_a_line_of_help():
    for name, kind, _, help_line in rows():
        assert name.startswith("KINOTEKA_")
        assert kind
        assert help_line.endswith(".")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("on", True), ("Yes", True), ("true", True), ("OFF", False), ("no", False), ("false", False)],
)
def test_switch_may_be_on_or_off(written: str, meant: bool) -> None:
    assert load({"KINOTEKA_DOCUMENT_EXACT": written}).document_exact is meant


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("KINOTEKA_REDIS_URL", "redis://:carp/fish@h:6379/0"),
        ("KINOTEKA_REDIS_URL", "redis://:12/fish@h"),
        ("KINOTEKA_REDIS_URL", "redis://:carp?fish@h"),
        ("KINOTEKA_REDIS_URL", "redis://:carp#fish@h"),
        ("KINOTEKA_REDIS_URL", "redis://h:port/0"),
        ("KINOTEKA_DATABASE_URL", "postgresql://k:carp/fish@h:5432/k"),
        ("KINOTEKA_DATABASE_URL", "postgresql://k:carp@fish@h/k"),
    ],
)
def test_password_that_is_not_encoded_is_rejected_without_showing_it(name, address):
    with pytest.raises(
        SettingsError, match=f"{name}: the host or the port cannot be read"
    ) as error:
        load({name: address})
    assert "carp" not in str(error.value)
    assert "fish" not in str(error.value)
