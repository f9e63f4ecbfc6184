"""Parse HTML pages."""

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode


def parse_page(response: httpx.Response, status: int = 200) -> LexborHTMLParser:
    """Check the status of a response and return its parsed page."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:2000]}"
    return LexborHTMLParser(response.text)


def text_of(node: LexborNode | None) -> str:
    """Return the text of a node with collapsed white space."""
    assert node is not None
    return " ".join(node.text().split())


def element(parent: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    """Return the first element of a page or node that matches a selector. Fail without one."""
    found = parent.css_first(selector)
    assert found is not None, f"no element matches {selector}"
    return found
