import pytest

from kinoteka.http.mechanics.router import MAX_ID, NO_ID, Router, last_segment


@pytest.fixture
def router():
    router: Router[str] = Router()
    for method, path in (
        ("GET", "/"),
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/users/{user_id}"),
        ("GET", "/users/{name:text}"),
        ("GET", "/chats/{chat_id}/messages"),
        ("GET", "/users/films/{film_id}"),
        ("PUT", "/users/{user_id}"),
    ):
        router.add(method, path, f"{method} {path}")
    return router


@pytest.mark.parametrize(
    ("path", "target", "values"),
    [
        ("/", "GET /", ()),
        ("/users", "GET /users", ()),
        ("/users/", "GET /users", ()),
        ("/users/7", "GET /users/{user_id}", (7,)),
        ("/users/7/", "GET /users/{user_id}", (7,)),
        ("/users/007", "GET /users/{user_id}", (7,)),
        ("/users/anna", "GET /users/{name:text}", ("anna",)),
        ("/users/films", "GET /users/{name:text}", ("films",)),
        ("/users/films/3", "GET /users/films/{film_id}", (3,)),
        ("/users/-1", "GET /users/{name:text}", ("-1",)),
        ("/users/٧", "GET /users/{name:text}", ("٧",)),
        ("/users/" + "9" * 5000, "GET /users/{user_id}", (MAX_ID,)),
        ("/chats/3/messages", "GET /chats/{chat_id}/messages", (3,)),
    ],
)
def test_paths_that_are_served(router, path, target, values):
    methods, found = router.find(path)
    assert (methods["GET"], found) == (target, values)


@pytest.mark.parametrize("path", ["/nobody", "/users/7/8", "/chats/anna/messages", "/chats", "//"])
def test_paths_that_are_not(router, path):
    assert router.find(path) is None


def test_methods_of_a_path_stand_together(router):
    methods, _ = router.find("/users/7")
    assert set(methods) == {"GET", "PUT"}


def test_serving_twice_is_a_mistake(router):
    with pytest.raises(ValueError, match="twice"):
        router.add("GET", "/users/", "again")


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("/users/new", "/users/{text:text}"),
        ("/users/{account_id}", "/users/{text:text}"),
        ("/users/{name:text}", None),
        ("/users/new/edit", None),
        ("/users", None),
        ("/chats/new", None),
        ("/", None),
    ],
)
def test_text_route_is_found_beside_a_path(router, path, beside):
    expected = None if beside is None else (beside, "GET /users/{name:text}")
    assert router.text_beside("GET", path) == expected
    assert router.text_beside("DELETE", path) is None


def test_text_segment_within_a_path_ends_no_path():
    router: Router[str] = Router()
    router.add("GET", "/assets/{version:text}/{folder:text}/{file:text}", "a file")
    assert router.find("/assets/1/css") is None
    assert router.find("/assets/1/css/a.css") == ({"GET": "a file"}, ("1", "css", "a.css"))


@pytest.mark.parametrize(
    ("raw_path", "target", "values"),
    [
        (b"/users/a%2Fb", "GET /users/{name:text}", ("a/b",)),
        (b"/users/%D0%B0%2f1", "GET /users/{name:text}", ("а/1",)),
        (b"/chats/1%2F2/messages", None, None),
    ],
)
def test_encoded_slash_belongs_to_its_segment(router, raw_path, target, values):
    found = router.find_encoded(raw_path)
    assert (found and (found[0]["GET"], found[1])) == (target and (target, values))


@pytest.mark.parametrize("path", ["/messages/new", "/messages/new/", "new", "/new"])
def test_last_segment_of_a_path(path):
    assert last_segment(path) == "new"


def test_any_segment_counts_as_the_id_of_nothing_where_that_is_asked_for(router):
    router.take_any_id("/chats/{chat_id}/messages")
    methods, values = router.find("/chats/anna/messages")
    assert (methods["GET"], values) == ("GET /chats/{chat_id}/messages", (NO_ID,))
    assert router.find("/users/7")[1] == (7,)


def test_route_that_takes_any_id_is_found_beside_a_fixed_segment():
    router: Router[str] = Router()
    router.add("GET", "/selections/{id}", "GET /selections/{id}")
    assert router.any_id_beside("GET", "/selections/new") is None
    router.take_any_id("/selections/{id}")
    assert router.any_id_beside("GET", "/selections/new") == "GET /selections/{id}"
    assert router.any_id_beside("POST", "/selections/new") is None
    assert router.any_id_beside("GET", "/films/new") is None
