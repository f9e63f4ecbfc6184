import pytest

from kinoteka.httpkit.router import LARGEST_ID, Router


@pytest.fixture
def router():
    router = Router()
    for method, path in (
        ("GET", "/"),
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/users/{user_id}"),
        ("GET", "/users/{name:text}"),
        ("GET", "/chats/{chat_id}/messages"),
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
        ("/users/-1", "GET /users/{name:text}", ("-1",)),
        ("/users/٧", "GET /users/{name:text}", ("٧",)),
        ("/users/" + "9" * 5000, "GET /users/{user_id}", (LARGEST_ID,)),
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
