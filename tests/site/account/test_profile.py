"""The profile, and the picture that goes with it."""

import pytest

from tests.site.account.conftest import sign_up, tree, value, wrong
from tests.support.html_pages import text_of
from tests.support.pictures import picture, two_colour_picture
from tests.support.servers import PASSWORD, unique_name

NAMES = {"username": "{}", "email": "{}@example.com"}
FIELDS = {
    "username": "",
    "email": "",
    "given_name": "Анна",
    "family_name": "O'Neill <b>",
    "birthday": "1990-02-28",
    "favourite_genre_id": "",
    "status": "Watching “Stalker” & more",
    "phone": "+49 30 1234",
}


def save(anna, **change):
    own = {"username": anna.name, "email": f"{anna.name}@example.com"}
    return anna.browser.post("/account", data=FIELDS | own | change)


def upload(anna, data, name="me.jpg", field="file"):
    return anna.browser.post("/account/avatar", files={field: (name, data, "image/jpeg")})


def shown(anna):
    """Return the address of the avatar on the user's own page, if any."""
    image = tree(anna.browser.get("/account")).css_first(".avatar-row img.avatar")
    return None if image is None else image.attributes["src"]


class TestFields:
    def test_are_saved_and_shown(self, anna):
        response = save(anna)
        assert (response.status_code, response.headers["location"]) == (303, "/account")
        page = tree(anna.browser.get("/account"))
        assert text_of(page.css_first(".notice")) == "Profile saved."
        for name in ("given_name", "family_name", "birthday", "status", "phone"):
            assert value(page, name) == FIELDS[name]

    def test_blank_fields_are_cleared(self, anna):
        save(anna)
        save(anna, given_name=" ", birthday="", status="")
        page = tree(anna.browser.get("/account"))
        assert [value(page, name) for name in ("given_name", "birthday", "status")] == [""] * 3
        assert value(page, "phone") == FIELDS["phone"]

    def test_username_or_email_address_is_required(self, anna):
        assert save(anna, email="", present=PASSWORD).status_code == 303
        response = save(anna, username="", email="", present=PASSWORD)
        assert (response.status_code, set(wrong(response))) == (400, {"email"})
        assert save(anna, username="", present=PASSWORD).status_code == 303

    @pytest.mark.parametrize(
        ("field", "typed", "status"),
        [
            ("username", "a b", 400),
            ("email", "nowhere", 400),
            ("given_name", "x" * 101, 400),
            ("family_name", "x\u0007", 400),
            ("birthday", "1899-12-31", 400),
            ("birthday", "31.12.1990", 400),
            ("birthday", "2999-01-01", 400),
            ("status", "x" * 301, 400),
            ("phone", "5" * 41, 400),
        ],
    )
    def test_error_is_shown_at_its_field(self, anna, field, typed, status):
        response = save(anna, present=PASSWORD, **{field: typed})
        assert response.status_code == status
        assert wrong(response).keys() == {field}
        page = tree(response)
        assert value(page, field) == typed
        assert value(page, "given_name") == (typed if field == "given_name" else "Анна")
        assert value(tree(anna.browser.get("/account")), "given_name") == ""

    @pytest.mark.parametrize("field", ["username", "email"])
    @pytest.mark.parametrize(("present", "status"), [("", 400), ("wrong one", 401)])
    def test_new_name_requires_the_current_password(self, anna, field, present, status):
        response = save(anna, present=present, **{field: NAMES[field].format(unique_name())})
        assert (response.status_code, set(wrong(response))) == (status, {"present"})
        assert save(anna, status="still signed in by the old name").status_code == 303

    def test_new_name_is_saved_with_the_current_password(self, anna):
        name = unique_name()
        assert save(anna, username=name, present=PASSWORD).status_code == 303
        assert value(tree(anna.browser.get("/account")), "username") == name

    def test_taken_name_or_address_is_rejected(self, server, anna):
        berta = sign_up(server)
        response = save(anna, username=berta.name, present=PASSWORD)
        assert (response.status_code, set(wrong(response))) == (409, {"username"})

    @pytest.mark.parametrize(("typed", "status"), [("999999", 404), ("x", 400)])
    def test_unknown_genre_is_rejected(self, anna, typed, status):
        assert save(anna, favourite_genre_id=typed).status_code == status

    def test_genres_are_listed_by_name(self, start_server):
        server = start_server(demo="true")
        anna = sign_up(server)
        options = tree(anna.browser.get("/account")).css("[name=favourite_genre_id] option")
        if len(options) > 1:
            chosen = options[1].attributes["value"]
            assert save(anna, favourite_genre_id=chosen).status_code == 303
            assert value(tree(anna.browser.get("/account")), "favourite_genre_id") == chosen


class TestPicture:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_upload_becomes_the_avatar(self, anna, kind):
        assert shown(anna) is None
        response = upload(anna, two_colour_picture(kind))
        assert (response.status_code, response.headers["location"]) == (303, "/account")
        address = shown(anna)
        assert anna.browser.get(address).headers["content-type"] == "image/jpeg"

    @pytest.mark.parametrize(
        ("data", "status"),
        [
            (b"", 400),
            (b"no picture at all", 400),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 400),
            (picture()[:200], 400),
            (picture("GIF", mode="P"), 400),
            (b"\xff\xd8\xff" + b"x" * 11_000_000, 413),
        ],
        ids=["nothing", "text", "svg", "cut", "gif", "large"],
    )
    def test_invalid_picture_is_reported_at_the_file(self, anna, data, status):
        response = upload(anna, data)
        assert response.status_code == status
        assert wrong(response).keys() == {"file"}
        assert shown(anna) is None

    def test_missing_file_is_reported(self, anna):
        for response in (
            upload(anna, picture(), field="other"),
            anna.browser.post("/account/avatar", data={"file": "x"}),
            anna.browser.post("/account/avatar"),
        ):
            assert (response.status_code, set(wrong(response))) == (400, {"file"})

    def test_avatar_is_removed(self, anna):
        upload(anna, picture())
        address = shown(anna)
        for _ in range(2):
            assert anna.browser.post("/account/avatar/remove").status_code == 303
        assert shown(anna) is None
        assert anna.browser.get(address).status_code == 404

    def test_uploads_are_limited(self, start_server):
        server = start_server(upload_limit="1 per hour")
        anna = sign_up(server, unique_name())
        assert upload(anna, picture()).status_code == 303
        response = upload(anna, picture())
        assert response.status_code == 429
        assert "Try again in" in text_of(tree(response).css_first("[role=alert]"))
