"""The routes of the pages for operators."""

from kinoteka.core.access.model import FILMS_LABEL, ROLES_MANAGE
from kinoteka.core.audit.model import AUDIT_VIEW
from kinoteka.core.members.model import ACCOUNTS_MANAGE
from kinoteka.http.mechanics.routes import Route
from kinoteka.site.manage import audit, catalogue_routes, labels, members, overview, roles, schemas
from kinoteka.site.ui.pages import form, page

OVERVIEW: tuple[Route, ...] = (page("/manage", overview.show_overview, "Overview", signed_in=True),)
MEMBERS: tuple[Route, ...] = (
    page(
        "/manage/members",
        members.show_members,
        "Members",
        query=schemas.MembersQuery,
        permission=ACCOUNTS_MANAGE,
    ),
    page(
        "/manage/members/{account_id}",
        members.show_member,
        "An account",
        permission=ACCOUNTS_MANAGE,
    ),
    form(
        "/manage/members/{account_id}/roles/{role_id}/give",
        members.give_role,
        "Give an account a role",
        permission=ROLES_MANAGE,
    ),
    form(
        "/manage/members/{account_id}/roles/{role_id}/take",
        members.remove_role,
        "Remove a role from an account",
        permission=ROLES_MANAGE,
    ),
    form(
        "/manage/members/{account_id}/sessions/{session_id}/end",
        members.end_session,
        "End a session of an account",
        permission=ACCOUNTS_MANAGE,
    ),
    form(
        "/manage/members/{account_id}/sessions/end",
        members.end_sessions,
        "End all sessions of an account",
        permission=ACCOUNTS_MANAGE,
    ),
    form(
        "/manage/members/{account_id}/disable",
        members.disable,
        "Disable an account",
        body=schemas.ReasonForm,
        permission=ACCOUNTS_MANAGE,
    ),
    *(
        page(
            f"/manage/members/{{account_id}}/{switch}",
            members.redirect_to_member,
            "An account",
            permission=ACCOUNTS_MANAGE,
        )
        for switch in ("disable", "enable")
    ),
    form(
        "/manage/members/{account_id}/enable",
        members.enable,
        "Enable an account",
        body=schemas.ReasonForm,
        permission=ACCOUNTS_MANAGE,
    ),
)
ROLES: tuple[Route, ...] = (
    page("/manage/roles", roles.show_roles, "Roles", permission=ROLES_MANAGE),
    page("/manage/roles/new", roles.show_new_role, "A new role", permission=ROLES_MANAGE),
    form(
        "/manage/roles/new",
        roles.create_role,
        "Create a role",
        body=schemas.RoleForm,
        permission=ROLES_MANAGE,
    ),
    page("/manage/roles/{role_id}", roles.show_role, "A role", permission=ROLES_MANAGE),
    form(
        "/manage/roles/{role_id}",
        roles.save_role,
        "Change a role",
        body=schemas.RoleForm,
        permission=ROLES_MANAGE,
    ),
    form(
        "/manage/roles/{role_id}/delete",
        roles.delete_role,
        "Delete a role",
        permission=ROLES_MANAGE,
    ),
)
LABELS: tuple[Route, ...] = (
    page("/manage/labels", labels.show_labels, "Labels", permission=FILMS_LABEL),
    form(
        "/manage/labels",
        labels.create_label,
        "Create a label",
        body=schemas.LabelForm,
        permission=FILMS_LABEL,
    ),
)
AUDIT: tuple[Route, ...] = (
    page(
        "/manage/audit",
        audit.show_audit,
        "The audit log",
        query=schemas.AuditQuery,
        permission=AUDIT_VIEW,
    ),
)
ROUTES: tuple[Route, ...] = (*OVERVIEW, *MEMBERS, *ROLES, *LABELS, *catalogue_routes.ROUTES, *AUDIT)
