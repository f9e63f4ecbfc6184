"""Error responses in a contract's dialect."""

from kinoteka.errors import Code, DomainError
from kinoteka.http.policy.error_messages import COMMON
from kinoteka.http.policy.error_responses import EVENTS, refuse
from kinoteka.server.app import CONTRACTS

REPORTED_BY_THE_CORE = {Code.ACCOUNT_DISABLED}
HARMLESS = {Code.SIGNED_IN}


def test_every_contract_says_when_to_try_again():
    for contract in CONTRACTS:
        answer = refuse(contract, DomainError(Code.BUSY, retry_after=7), None)
        assert (answer.status, dict(answer.headers)[b"retry-after"]) == (503, b"7")


def test_fields_have_the_names_of_the_route():
    (cinema,) = (contract for contract in CONTRACTS if contract.name == "cinema")
    route = next(route for route in cinema.routes if route.path == "/user/password")
    answer = refuse(cinema, DomainError(Code.PASSWORD_INVALID, reason="common"), route)
    assert b"password_2 (new_password)" in answer.body


def test_every_refusal_with_403_is_a_security_event():
    forbidden = {code for code, refusal in COMMON.items() if refusal.status == 403}
    assert forbidden == set(EVENTS) | REPORTED_BY_THE_CORE | HARMLESS
