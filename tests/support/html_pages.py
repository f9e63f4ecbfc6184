"""Pages as tests read them."""

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode


def parse_page(response: httpx.Response, status: int = 200) -> LexborHTMLParser:
    """The page of an answer, which has this status."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:2000]}"
    return LexborHTMLParser(response.text)


def text_of(node: LexborNode | None) -> str:
    """What stands in a piece of a page, with its white space as it is shown."""
    assert node is not None
    return " ".join(node.text().split())
