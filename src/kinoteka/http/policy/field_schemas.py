"""Types of fields whose rules stand in the documents, while the core checks them.

The core refuses what breaks a rule with a code of its own, which each contract answers in its own
words. So these types validate nothing and only tell clients what will be accepted. The names that
follow show the rules to people; a test compares the numbers with those of the core.
"""

from typing import Annotated

from msgspec import Meta

EMAIL_RULE = "An e-mail address. Its case does not matter."
NEW_PASSWORD_RULE = (
    "8 to 128 characters, counted after normalization to NFKC, without control characters. One "
    "that is easy to guess, such as a common password or the name of the account, is refused."
)
PERMISSION_RULE = (
    "Lower-case words joined by dots, such as roles.manage, and for some a colon and a name, such "
    "as films.view:premium."
)
PERMISSION_PATTERN = r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*(:[^\s!-,/:-@\[-^`{-~]+)?$"
"""Written for both Python and ECMAScript, whose \\w knows ASCII alone."""

Email = Annotated[
    str,
    Meta(description=EMAIL_RULE, extra_json_schema={"format": "email", "maxLength": 320}),
]
EmailOrEmpty = Annotated[
    str,
    Meta(
        description=f"{EMAIL_RULE} Empty where the account has a username alone.",
        extra_json_schema={"maxLength": 320},
    ),
]
Password = Annotated[
    str,
    Meta(description="The password of the account.", extra_json_schema={"format": "password"}),
]
NewPassword = Annotated[
    str,
    Meta(
        description=NEW_PASSWORD_RULE,
        extra_json_schema={"format": "password", "minLength": 8, "maxLength": 128},
    ),
]
NoPassword = Annotated[
    str,
    Meta(
        description="Always empty: the password is not changed here.",
        extra_json_schema={"maxLength": 0},
    ),
]
Permission = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        description=PERMISSION_RULE,
        extra_json_schema={"pattern": PERMISSION_PATTERN},
    ),
]
