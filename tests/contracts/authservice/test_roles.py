"""Roles of the authservice contract: managing them, giving them, and what they permit."""

from typing import Any

import httpx
import jwt
import pytest

from tests.support.servers import PASSWORD, RunningServer, unique_name
from tests.support.token_users import User, new_superuser, new_user

BUILT_IN = {"anonymous": 1, "user": 2}


@pytest.fixture(scope="module")
def superuser_token(server: RunningServer) -> str:
    return new_superuser(server).access_token


@pytest.fixture
def superuser(server: RunningServer, superuser_token: str) -> httpx.Client:
    return server.client(authorization=f"Bearer {superuser_token}")


@pytest.fixture
def user(server: RunningServer) -> User:
    return new_user(server)


@pytest.fixture
def role(superuser: httpx.Client) -> dict[str, Any]:
    return create_role(superuser, "films.view:adult", "selections.feature")


def create_role(superuser: httpx.Client, *permissions: str) -> dict[str, Any]:
    body = {"name": unique_name("role"), "permissions": permissions}
    response = superuser.post("/api/v1/role", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def is_allowed(client: httpx.Client, user: User, permission: str) -> bool:
    response = client.get(f"/api/v1/user/{user.id}/role", params={"permission": permission})
    assert response.status_code == 200, response.text
    return bool(response.json()["allowed"])


class TestRoles:
    """/api/v1/role"""

    def test_list_includes_built_in_roles(self, superuser: httpx.Client) -> None:
        listed = superuser.get("/api/v1/role/").json()
        assert [set(role) for role in listed[:2]] == [{"id", "name", "permissions"}] * 2
        assert BUILT_IN.items() <= {role["name"]: role["id"] for role in listed}.items()

    def test_role_can_be_created(self, superuser: httpx.Client) -> None:
        name = unique_name("role")
        body = {"name": f" {name} ", "permissions": ["roles.manage", "b.c", "b.c"]}
        response = superuser.post("/api/v1/role/", json=body)
        assert response.status_code == 201
        created = response.json()
        assert created == {
            "id": created["id"],
            "name": name,
            "permissions": ["b.c", "roles.manage"],
        }
        assert created in superuser.get("/api/v1/role").json()
        bare = superuser.post("/api/v1/role", json={"name": unique_name("role")})
        assert bare.json()["permissions"] == []

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "name"),
            ({"name": "  "}, "name"),
            ({"name": "x" * 65}, "name"),
            ({"name": "nul\x00"}, "name"),
            ({"name": 1}, "name"),
            ({"name": "r", "permissions": "roles.manage"}, "permissions"),
            ({"name": "r", "permissions": ["Films View"]}, "permissions"),
            ({"name": "r", "permissions": [""]}, "permissions"),
            ({"name": "r", "permissions": ["x" * 101]}, "permissions"),
        ],
    )
    def test_invalid_field_is_named(
        self, superuser: httpx.Client, body: dict[str, object], field: str
    ) -> None:
        response = superuser.post("/api/v1/role", json=body)
        assert response.status_code == 400
        assert field in response.json()["message"]

    def test_taken_name_is_rejected(self, superuser: httpx.Client, role: dict[str, Any]) -> None:
        other = create_role(superuser)
        for response in (
            superuser.post("/api/v1/role", json={"name": role["name"].upper()}),
            superuser.put(f"/api/v1/role/{other['id']}", json={"name": role["name"]}),
        ):
            assert response.status_code == 409
            assert response.json() == {"message": "a role with this name already exists"}

    def test_role_can_be_changed(self, superuser: httpx.Client, role: dict[str, Any]) -> None:
        path, name = f"/api/v1/role/{role['id']}", unique_name("role")
        response = superuser.put(path, json={"name": name, "permissions": ["a.b"]})
        changed = {"id": role["id"], "name": name, "permissions": ["a.b"]}
        assert (response.status_code, response.json()) == (200, changed)
        assert superuser.put(path, json={}).json() == changed
        upper = superuser.put(path, json={"name": name.upper()}).json()
        assert upper == changed | {"name": name.upper()}
        assert superuser.put(path, json={"permissions": []}).json()["permissions"] == []

    def test_deleted_role_grants_nothing(
        self, superuser: httpx.Client, role: dict[str, Any], user: User
    ) -> None:
        superuser.post(f"/api/v1/user/{user.id}/role/{role['id']}")
        assert is_allowed(user.client, user, "films.view:adult")
        response = superuser.delete(f"/api/v1/role/{role['id']}")
        assert (response.status_code, response.content) == (204, b"")
        assert not is_allowed(user.client, user, "films.view:adult")
        assert superuser.delete(f"/api/v1/role/{role['id']}").status_code == 404

    @pytest.mark.parametrize("role_id", BUILT_IN.values(), ids=BUILT_IN)
    def test_built_in_role_cannot_be_renamed_or_deleted(
        self, superuser: httpx.Client, role_id: int
    ) -> None:
        path = f"/api/v1/role/{role_id}"
        assert superuser.put(path, json={"name": unique_name("role")}).status_code == 409
        assert superuser.delete(path).status_code == 409

    @pytest.mark.parametrize("role_id", [0, 2**53, 2**63])
    def test_unknown_role_is_404(self, superuser: httpx.Client, role_id: int) -> None:
        assert superuser.put(f"/api/v1/role/{role_id}", json={}).status_code == 404
        assert superuser.delete(f"/api/v1/role/{role_id}").status_code == 404


class TestUserRoles:
    """/api/v1/user/<user_id>/role"""

    def test_given_or_removed_role_takes_effect_at_once(
        self, superuser: httpx.Client, role: dict[str, Any], user: User
    ) -> None:
        path = f"/api/v1/user/{user.id}/role/{role['id']}"
        assert not is_allowed(user.client, user, "selections.feature")
        for _ in range(2):
            response = superuser.post(path)
            assert (response.status_code, response.json()) == (201, {})
            assert is_allowed(user.client, user, "selections.feature")
        for _ in range(2):
            response = superuser.delete(path)
            assert (response.status_code, response.content) == (204, b"")
            assert not is_allowed(user.client, user, "selections.feature")

    def test_user_and_manager_get_roles_and_permissions(
        self, superuser: httpx.Client, role: dict[str, Any], user: User
    ) -> None:
        superuser.post(f"/api/v1/user/{user.id}/role/{role['id']}")
        response = user.client.get(f"/api/v1/user/{user.id}/role")
        assert response.status_code == 200
        built_in = next(r for r in superuser.get("/api/v1/role").json() if r["name"] == "user")
        assert response.json() == {
            "roles": [built_in, role],
            "permissions": sorted({*built_in["permissions"], *role["permissions"]}),
            "superuser": False,
        }
        assert superuser.get(f"/api/v1/user/{user.id}/role").json() == response.json()

    def test_roles_of_another_user_need_the_permission(
        self, server: RunningServer, user: User
    ) -> None:
        other = new_user(server)
        for account_id in (other.id, 2**53):
            response = user.client.get(f"/api/v1/user/{account_id}/role")
            assert response.status_code == 403

    def test_superuser_is_allowed_everything(
        self, server: RunningServer, superuser: httpx.Client
    ) -> None:
        own = new_superuser(server)
        response = own.client.get(f"/api/v1/user/{own.id}/role?permission=any.thing:at-all").json()
        assert (response["superuser"], response["allowed"]) == (True, True)

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("permission", ["", "x" * 101])
    def test_invalid_permission_is_rejected(self, user: User, permission: str) -> None:
        path = f"/api/v1/user/{user.id}/role"
        response = user.client.get(path, params={"permission": permission})
        assert response.status_code == 400
        assert "permission" in response.json()["message"]

    def test_unknown_user_or_role_is_404(
        self, superuser: httpx.Client, role: dict[str, Any], user: User
    ) -> None:
        for path in (
            f"/api/v1/user/{2**53}/role/{role['id']}",
            f"/api/v1/user/{user.id}/role/{2**53}",
        ):
            assert superuser.post(path).status_code == 404
            assert superuser.delete(path).status_code == 404
        assert superuser.get(f"/api/v1/user/{2**53}/role").status_code == 404

    def test_built_in_roles_cannot_be_given_or_removed(
        self, superuser: httpx.Client, user: User
    ) -> None:
        role_user, role_anonymous = (f"/api/v1/user/{user.id}/role/{i}" for i in (2, 1))
        assert superuser.post(role_user).status_code == 201
        assert superuser.delete(role_user).status_code == 409
        assert superuser.post(role_anonymous).status_code == 409
        assert superuser.delete(role_anonymous).status_code == 409

    def test_refreshed_token_contains_new_roles(
        self, superuser: httpx.Client, role: dict[str, Any], user: User
    ) -> None:
        superuser.post(f"/api/v1/user/{user.id}/role/{role['id']}")
        body = {"refresh_token": user.refresh_token}
        token = user.client.post("/api/v1/token/refresh", json=body).json()["access_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["roles"] == ["user", role["name"]]


class TestPermission:
    """401 without a token, 403 without the permission `roles.manage`."""

    REQUESTS = (
        ("GET", "/api/v1/role", None, 200),
        ("POST", "/api/v1/role", {"name": "{name}"}, 201),
        ("PUT", "/api/v1/role/{role}", {"permissions": ["a.b"]}, 200),
        ("POST", "/api/v1/user/{user}/role/{role}", None, 201),
        ("GET", "/api/v1/user/{user}/role", None, 200),
        ("DELETE", "/api/v1/user/{user}/role/{role}", None, 204),
        ("DELETE", "/api/v1/role/{role}", None, 204),
    )

    def statuses(self, client: httpx.Client, user: User, role: dict[str, Any]) -> list[int]:
        statuses = []
        for method, pattern, body, _ in self.REQUESTS:
            path = pattern.format(user=user.id, role=role["id"])
            json = (
                {k: unique_name() if v == "{name}" else v for k, v in body.items()}
                if body
                else None
            )
            statuses.append(client.request(method, path, json=json).status_code)
        return statuses

    @pytest.mark.engines("sqlite")
    def test_anonymous_request_is_rejected(
        self, server: RunningServer, user: User, role: dict[str, Any]
    ) -> None:
        for headers in ({}, {"authorization": "Bearer undefined"}, {"authorization": "Bearer x"}):
            assert set(self.statuses(server.client(**headers), user, role)) == {401}

    def test_user_without_the_permission_is_rejected(
        self, server: RunningServer, user: User, role: dict[str, Any]
    ) -> None:
        assert set(self.statuses(user.client, new_user(server), role)) == {403}

    def test_superuser_may_manage_roles(
        self, superuser: httpx.Client, user: User, role: dict[str, Any]
    ) -> None:
        expected = [status for *_, status in self.REQUESTS]
        assert self.statuses(superuser, user, role) == expected

    def test_permission_takes_effect_with_the_next_request(
        self, superuser: httpx.Client, user: User, role: dict[str, Any]
    ) -> None:
        manager = create_role(superuser, "roles.manage")
        superuser.post(f"/api/v1/user/{user.id}/role/{manager['id']}")
        expected = [status for *_, status in self.REQUESTS]
        assert self.statuses(user.client, user, role) == expected
        superuser.put(f"/api/v1/role/{manager['id']}", json={"permissions": []})
        assert user.client.get("/api/v1/role").status_code == 403

    def test_permission_of_the_role_user_is_for_all_signed_in_users(
        self,
        start_server,
    ) -> None:
        server = start_server()
        superuser, user = new_superuser(server), new_user(server)
        superuser.client.put("/api/v1/role/2", json={"permissions": ["roles.manage"]})
        assert user.client.get("/api/v1/role").status_code == 200
        assert server.client().get("/api/v1/role").status_code == 401

    def test_permission_of_the_role_anonymous_is_for_anonymous_requests(
        self,
        start_server,
    ) -> None:
        server = start_server()
        superuser, user = new_superuser(server), new_user(server)
        grants = f"/api/v1/user/{user.id}/role"
        assert server.client().get(grants).status_code == 401
        superuser.client.put("/api/v1/role/1", json={"permissions": ["roles.manage"]})
        assert server.client().get("/api/v1/role").status_code == 200
        assert server.client().get(grants).status_code == 200
        assert user.client.get("/api/v1/role").status_code == 403


def test_user_has_at_most_64_roles_besides_the_built_in_one(
    server: RunningServer, superuser: httpx.Client
) -> None:
    user = new_user(server)
    roles = [
        superuser.post("/api/v1/role", json={"name": f"{unique_name('Роль')} {'Ж' * 40}"}).json()
        for _ in range(65)
    ]
    statuses = [
        superuser.post(f"/api/v1/user/{user.id}/role/{role['id']}").status_code for role in roles
    ]
    assert statuses == [201] * 64 + [409]
    again = superuser.post(f"/api/v1/user/{user.id}/role/{roles[0]['id']}")
    assert again.status_code == 201
    path = f"/api/v1/user/{user.id}/role/{roles[1]['id']}"
    assert superuser.delete(path).status_code == 204
    last = superuser.post(f"/api/v1/user/{user.id}/role/{roles[64]['id']}")
    assert last.status_code == 201
    body = {"login": user.login, "password": PASSWORD}
    tokens = server.client().post("/api/v1/user/login", json=body).json()
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert claims["roles_omitted"] is True
    user.use(tokens["access_token"])
    held = user.client.get(f"/api/v1/user/{user.id}/role").json()["roles"]
    assert len(held) == 65
