"""Quantities are read from figures and words, with what they measure or count."""

from __future__ import annotations

import pytest

from lyceum.tutor.quantities import MONTH, read


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("1,400 girls", "en", 1400),
        ("1.400 Mädchen", "de", 1400),
        ("12 000 ouvriers", "fr", 12_000),
        ("3.5 of them", "en", 3.5),
        ("3,5 Liter", "de", 3.5),
        ("a 0.125 mg dose", "en", 0.125),
        ("3.5 million people", "en", 3_500_000),
        ("thirty-five men", "en", 35),
        ("two hundred and forty thousand men", "en", 240_000),
        ("vierundzwanzig Weber", "de", 24),
        ("Zweihundertvierzig Weber", "de", 240),
        ("dreitausend Weber", "de", 3000),
        ("quatre-vingt-deux ouvriers", "fr", 82),
        ("deux cents ouvriers", "fr", 200),
        ("veintidós obreros", "es", 22),
        ("treinta y cinco mil obreros", "es", 35_000),
    ],
)
def test_the_value_is_read_as_the_language_writes_it(text, language, value):
    assert [quantity.value for quantity in read(text, language)] == [value]


@pytest.mark.parametrize("text", ["several hundred men", "in the Jahrhundert", "nobody", ""])
def test_what_is_no_number_is_left_out(text):
    assert read(text, "de" if "Jahr" in text else "en") == []


def test_units_of_one_kind_compare():
    miles, kilometres = read("10 miles, which is 16.0934 km", "en")
    assert miles.dimension == kilometres.dimension
    assert miles.allows(kilometres.amount)


@pytest.mark.parametrize("text", ["5 per cent", "5%", "five percent", "fünf Prozent", "cinq pour cent", "5 por ciento"])
def test_shares_are_one_unit(text):
    language = "de" if "Prozent" in text else "fr" if "pour" in text else "es" if "por" in text else "en"
    assert [(q.dimension, q.amount) for q in read(text, language)] == [("share", 0.05)]


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [
        ("about 500 men", 512, 600),
        ("more than 500 men", 9000, 400),
        ("at most 500 men", 3, 501),
        ("etwa 500 Weber", 512, 600),
        ("au moins 500 ouvriers", 501, 499),
        ("unos 500 obreros", 490, 400),
        ("500 men", 500, 501),
    ],
)
def test_the_words_before_a_number_bound_it(text, allowed, refused):
    quantity = read(text, {"e": "de", "u": "es"}.get(text[0], "fr" if "moins" in text else "en"))[0]
    assert quantity.allows(allowed)
    assert not quantity.allows(refused)


def test_a_year_is_no_count():
    year, count = read("In 1888 there were 1888 girls", "en")
    assert year.year
    assert year.value == count.value == 1888


def test_the_first_of_a_range_has_the_unit_of_the_second():
    assert [q.dimension for q in read("four to nine shillings", "en")] == ["shillings", "shillings"]


def test_months_are_read_where_they_are_no_other_word():
    found = [q for q in read("On 4 May they may go; in June they march", "en") if q.dimension == MONTH]
    assert [q.text for q in found] == ["May", "June"]


def test_what_is_counted_is_told():
    assert [q.noun for q in read("1,400 girls and 300 young women", "en")] == ["girl", "women"]
