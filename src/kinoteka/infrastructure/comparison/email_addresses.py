"""E-mail addresses: parsed by RFC 5321 and RFC 6531, compared by the domain's A-labels.

Public operations: parse, key_of.
"""

from email_validator import EmailNotValidError, ValidatedEmail, validate_email


def parse(email: str) -> ValidatedEmail:
    """Return the parts of an address, with Unicode composed and the domain in lower case.

    Raises:
        ValueError: the text is not an e-mail address.
    """
    try:
        return validate_email(email, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise ValueError(str(error)) from None


def key_of(parsed: ValidatedEmail) -> str:
    """Return the key of an address: the case-folded local part and the domain by IDNA 2008.

    Domains that only look alike to people (straße.example, strasse.example) differ.
    """
    return f"{parsed.local_part.casefold()}@{str(parsed.ascii_domain).lower()}"
