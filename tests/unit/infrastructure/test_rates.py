import pytest

from kinoteka.infrastructure.rates import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10 per 5 minutes", Rate(10, 300)),
        ("1/second", Rate(1, 1)),
        (" 3 / 2 HOURS ", Rate(3, 7200)),
        ("10per5minutes", Rate(10, 300)),
        ("0 per day", Rate(0, 86_400)),
        ("1 per days", Rate(1, 86_400)),
        ("1 per month", Rate(1, 2_592_000)),
        ("10 per 5 years", Rate(10, 155_520_000)),
        ("5/0 minutes", Rate(5, 60)),
    ],
)
def test_rate_is_read(text, rate):
    assert parse_rate(text) == rate


@pytest.mark.parametrize("separator", [",", ";", "|", " ; "])
def test_first_of_several_rates_applies(separator):
    assert parse_rate(f"10 per minute{separator}100/hour") == Rate(10, 60)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "10 minutes",
        "10 per 5",
        "10 per s",
        "10 per 5 minutess",
        "10 per fortnight",
        "-1 per day",
        "1.5 per day",
        "１ per day",
        "1 per day; often",
        "1 per day;",
    ],
)
def test_malformed_rate_is_rejected(text):
    with pytest.raises(ValueError, match="not a rate"):
        parse_rate(text)
