"""People have pages, and nothing else."""

import pytest

from kinoteka.site.people.routes import ROUTES


def test_are_looked_at_and_not_changed():
    assert [(route.method, route.path) for route in ROUTES] == [("GET", "/people/{name:text}")]


@pytest.mark.parametrize("page", ["0", "-1", "x"])
def test_of_no_such_page(browser, anna, page):
    response = browser.get(f"/people/{anna.headers['x-name']}?page={page}")
    assert response.status_code == 400


def test_nothing_is_sent_there(anna):
    path = f"/people/{anna.headers['x-name']}"
    assert anna.post(path, data={"status": "x"}).status_code == 405
