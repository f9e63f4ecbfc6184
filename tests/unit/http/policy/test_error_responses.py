"""Error responses in a contract's dialect."""

from kinoteka.errors import Code, DomainError
from kinoteka.http.policy.error_messages import COMMON
from kinoteka.http.policy.error_responses import EVENTS, error_response
from kinoteka.server.app import CONTRACTS

REPORTED_BY_THE_CORE = {Code.ACCOUNT_DISABLED}
HARMLESS = {Code.SIGNED_IN}


def test_every_contract_sends_retry_after():
    for contract in CONTRACTS:
        response = error_response(contract, DomainError(Code.BUSY, retry_after=7), None)
        assert (response.status, dict(response.headers)[b"retry-after"]) == (503, b"7")


def test_fields_have_the_names_of_the_route():
    (cinema,) = (contract for contract in CONTRACTS if contract.name == "cinema")
    route = next(route for route in cinema.routes if route.path == "/user/password")
    response = error_response(cinema, DomainError(Code.PASSWORD_INVALID, reason="common"), route)
    assert b"password_2 (new_password)" in response.body


def test_every_403_is_a_security_event():
    forbidden = {code for code, error_response in COMMON.items() if error_response.status == 403}
    assert forbidden == set(EVENTS) | REPORTED_BY_THE_CORE | HARMLESS
