"""The command `kinoteka accept-keys`."""

from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.servers import clean_environment, run_kinoteka


def test_server_warns_of_other_keys_until_they_are_accepted(tmp_path, capfd):
    settings = {"KINOTEKA_DATA": str(tmp_path), "KINOTEKA_DEMO": "false"}
    other = settings | {"KINOTEKA_SECRET_KEY": "k" * 40, "KINOTEKA_TOKEN_ISSUER": "elsewhere"}

    def start(environment: dict[str, str]) -> str:
        process = ForkedCommand(("serve", "--port", "0"), clean_environment(environment))
        with process.stdout as output:
            assert "http://" in output.readline()
            process.terminate()
            process.wait(TIMEOUT)
        return capfd.readouterr().err

    assert start(settings) == ""
    warning = "not the ones that this database was first used with (secret key and token issuer)"
    assert warning in start(other)
    assert run_kinoteka("accept-keys", **other).stdout == "accepted: secret key, token issuer\n"
    assert run_kinoteka("accept-keys", **other).stdout == "the keys are the same as before\n"
