"""Error responses: a domain error in the dialect of the contract that it concerns."""

import structlog

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit import signing_out
from kinoteka.httpkit.answers import Answer, Headers
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.errors import renamed
from kinoteka.httpkit.routes import Contract, Route

log = structlog.get_logger()


def refuse(contract: Contract, error: DomainError, route: Route | None) -> Answer:
    """A domain error as its contract's answer."""
    if route is not None:
        error = renamed(error, route.called)
    answer = contract.refuse(contract.refusals[error.code], error, route)
    wait = error.parameters.get("retry_after")
    if wait is None:
        return answer
    headers: Headers = [*answer.headers, (b"retry-after", str(wait).encode())]
    return Answer(answer.status, answer.body, headers)


async def refuse_call(call: Call, error: DomainError) -> Answer:
    """A domain error as the answer of the call's contract, which may want to see the call."""
    contract = call.contract
    if call.route.ends_session and error.code is Code.UNAUTHORIZED:
        return signing_out.with_cookie_removed(call, refuse(contract, error, call.route))
    if contract.refuse_call is not None:
        try:
            return await contract.refuse_call(call, error)
        except Exception:
            log.exception("refusal failed", code=error.code)
            await call.unit.rollback()
    return refuse(contract, error, call.route)
