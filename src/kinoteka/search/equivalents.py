"""Words that mean the same: numbers in digits, words and Roman numerals, and abbreviations.

Public operations: canonical, alternatives, joined_numbers.
"""

from collections.abc import Iterable, Sequence

ARTICLES = frozenset(
    ("the", "a", "an", "le", "la", "les", "un", "une", "der", "die", "das", "el", "los", "il", "lo")
)

_ROMAN = [
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
    "xvi",
    "xvii",
    "xviii",
    "xix",
    "xx",
    "xxi",
    "xxii",
    "xxiii",
    "xxiv",
    "xxv",
    "xxvi",
    "xxvii",
    "xxviii",
    "xxix",
    "xxx",
]
_ENGLISH = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_RUSSIAN = [
    "один",
    "два",
    "три",
    "четыре",
    "пять",
    "шесть",
    "семь",
    "восемь",
    "девять",
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
    "двадцать",
]
_RUSSIAN_ORDINALS = (
    *("первая первый", "вторая второй второе", "третья третий", "четвертая четвертый"),
    *("пятая пятый", "шестая шестой", "седьмая седьмой", "восьмая восьмой"),
    *("девятая девятый", "десятая десятый"),
)
_TENS = {
    "twenty": 20,
    "двадцать": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
}
_TENS |= {"ninety": 90, "тридцать": 30, "сорок": 40, "пятьдесят": 50}
_VALUES = _TENS | {
    word: number for names in (_ENGLISH, _RUSSIAN) for number, word in enumerate(names, 1)
}
_HUNDREDS = {"hundred": 100, "сто": 100, "двести": 200, "триста": 300, "четыреста": 400}
_HUNDREDS |= {"пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800, "девятьсот": 900}
_THOUSANDS = frozenset(("thousand", "тысяча", "тысячи", "тысяч"))
_JOINING = frozenset(("and", "и"))
_ENGLISH_ORDINALS = (
    *("1st first", "2nd second", "3rd third", "4th fourth", "5th fifth", "6th sixth"),
    *("7th seventh", "8th eighth", "9th ninth", "10th tenth", "11th eleventh", "12th twelfth"),
    *("13th thirteenth", "14th fourteenth", "15th fifteenth", "20th twentieth"),
)
_ABBREVIATIONS = (
    *("st saint sainte", "dr doctor доктор", "vs versus против", "mr mister мистер"),
    *("mrs missus миссис", "jr junior", "sr senior", "mt mount", "lt lieutenant"),
    *("capt captain капитан", "sgt sergeant", "prof professor профессор", "col colonel"),
    *("bros brothers", "vol volume", "pt part", "ep episode", "and n", "ok okay"),
    *("color colour", "gray grey", "theater theatre", "center centre", "honor honour"),
    *("favorite favourite", "harbor harbour", "neighbor neighbour", "pajama pyjama"),
)


def _groups() -> Iterable[Sequence[str]]:
    for number in range(1, len(_ROMAN) + 1):
        names = (_ROMAN, _ENGLISH, _RUSSIAN, _RUSSIAN_ORDINALS)
        of_number = (list_of[number - 1] for list_of in names if number <= len(list_of))
        yield [str(number), *(word for words in of_number for word in words.split())]
    for word, number in _TENS.items():
        if number > len(_ENGLISH):
            yield [str(number), word]
    for words in (*_ENGLISH_ORDINALS, *_ABBREVIATIONS):
        yield words.split()


_CANONICAL: dict[str, str] = {}
_ALTERNATIVES: dict[str, tuple[str, ...]] = {}
for _group in _groups():
    for _word in _group:
        _CANONICAL[_word] = _group[0]
        _others = tuple(other for other in _group if other != _word)
        _ALTERNATIVES[_word] = tuple(dict.fromkeys((*_ALTERNATIVES.get(_word, ()), *_others)))
# "&" is folded to "and", and may stand for the word of another language. These words do not mean
# "and" everywhere, so the others are not alternatives of them.
_ALTERNATIVES["and"] += ("и", "und", "et")

EQUIVALENTS = _CANONICAL.keys()
"""The words that have equivalents."""


def canonical(words: Sequence[str]) -> list[str]:
    """Return words with one form of each number and abbreviation, without a leading article."""
    found = [_CANONICAL.get(word, word) for word in words]
    if not _TENS.keys().isdisjoint(words):
        found = _joined_numbers(words, found)
    if len(found) > 1 and found[0] in ARTICLES:
        del found[0]
    return found


def joined_numbers(words: Sequence[str]) -> list[str]:
    """Return words with numbers of several words in digits.

    "twenty eight days" becomes "28 days", "four hundred blows" "400 blows", "two thousand
    one" "2001", and "nineteen eighty four" "1984".
    """
    found: list[str] = []
    at = 0
    while at < len(words):
        number, length = _number_at(words, at)
        found.append(str(number) if length > 1 else words[at])
        at += max(length, 1)
    return found


def _number_at(words: Sequence[str], start: int) -> tuple[int, int]:
    """Return the number that begins at a word, and the number of its words."""
    thousands, rest, at = 0, 0, start
    while at < len(words):
        word = words[at]
        if word in _JOINING and at > start and (rest % 100 == 0 or not rest):
            following = words[at + 1 : at + 2]
            if not following or following[0] not in _VALUES:
                break
            at += 1
            continue
        if word in _THOUSANDS and not thousands:
            thousands, rest = max(rest, 1) * 1000, 0
        elif word in _HUNDREDS and rest < 100:
            rest = max(rest, 1) * _HUNDREDS[word]
        elif (added := _with_value(rest, _VALUES.get(word, 0))) is not None:
            rest = added
        else:
            break
        at += 1
    return thousands + rest, at - start


def _with_value(rest: int, value: int) -> int | None:
    """Return a number with the value of the next word, or None if the word does not continue it."""
    if not value:
        return None
    if rest % 100 == 0 or (rest % 100 >= 20 and rest % 10 == 0 and value < 10):
        return rest + value
    return rest * 100 + value if 10 <= rest < 100 and value >= 10 else None  # as in years


def _joined_numbers(words: Sequence[str], others: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word, other, before in zip(words, others, ("", *words), strict=False):
        unit = _CANONICAL.get(word, "")
        if before in _TENS and len(unit) == 1 and unit.isdigit():
            found[-1] = str(_TENS[before] + int(unit))
        else:
            found.append(other)
    return found


def alternatives(word: str) -> tuple[str, ...]:
    """Return the other words for a number or an abbreviation."""
    return _ALTERNATIVES.get(word, ())
