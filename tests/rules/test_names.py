"""Vendor names in one normal form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rules.names import normal_form


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Atlassian Pty Ltd", "atlassian"),
        ("ATLASSIAN PTY. LIMITED", "atlassian"),
        ("Symantec Ltd.", "symantec"),
        ("SAP SE", "sap"),
        ("Celonis SE & Co. KG", "celonis"),
        ("Müller & Söhne GmbH & Co. KG", "muller and sohne"),
        ("Muller and Sohne", "muller and sohne"),
        ("Dataiku S.A.S.", "dataiku"),
        ("Telefónica, S.A.", "telefonica"),
        ("Fiserv, Inc.", "fiserv"),
        ("Zendesk Inc", "zendesk"),
        ("Adyen N.V.", "adyen"),
        ("Exact Group B.V.", "exact group"),
        ("Spotify AB", "spotify"),
        ("A.P. Møller - Mærsk A/S", "ap moller maersk"),
        ("Asseco Poland Sp. z o.o.", "asseco poland"),
        ("ŠKODA s.r.o.", "skoda"),
        ("Zucchetti S.p.A.", "zucchetti"),
        ("Nokia Oyj", "nokia"),
        ("Sage Group plc", "sage group"),
        ("Acme Public Limited Company", "acme"),
        ("Foo UG (haftungsbeschränkt)", "foo"),
        ("Acme LLC", "acme"),
        ("Groß AG", "gross"),
        ("O'Reilly Media", "oreilly media"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Reilly Media, Inc.", "oreilly media"),
        ("  Office   of\tSport ", "office of sport"),
        ("Microsoft (UK) Limited", "microsoft uk"),
        ("monday.com Ltd", "mondaycom"),
        ("7-Eleven", "7 eleven"),
    ],
)
def test_spellings_of_one_vendor_meet(name: str, expected: str) -> None:
    assert normal_form(name) == expected


@pytest.mark.parametrize(
    "name", ["Smith T/A Acme", "Smith t/a ACME Ltd", "Smith trading as Acme", "SMITH T / A Acme"]
)
def test_a_trading_name_stays(name: str) -> None:
    assert normal_form(name) == "smith t a acme"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Systems Ltd", "Acme Ltd"),
        ("Smith Ltd", "Smith T/A Acme Ltd"),
        ("Microsoft UK", "Microsoft"),
        ("Limited Brands", "Brands"),
        ("AB Volvo", "Volvo Group"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(("name", "expected"), [("SA", "sa"), ("Co. Ltd.", "co ltd"), ("AG", "ag")])
def test_a_name_of_legal_forms_alone_stays(name: str, expected: str) -> None:
    assert normal_form(name) == expected


@pytest.mark.parametrize("name", ["", "   ", "...", "&"])
def test_a_name_without_letters_has_a_normal_form(name: str) -> None:
    assert normal_form(name) in ("", "and")


def test_other_scripts_are_kept() -> None:
    assert normal_form("株式会社 日立") == "株式会社 日立"
    assert normal_form("Яндекс") == "яндекс"


@given(st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form(name: str) -> None:
    form = normal_form(name)
    assert normal_form(form) == form


@given(st.text(max_size=60))
def test_case_and_space_make_no_difference(name: str) -> None:
    assert normal_form(f"  {name}\n") == normal_form(name)
    assert normal_form(name.casefold()) == normal_form(name)
    assert normal_form(name) == " ".join(normal_form(name).split())


@given(
    st.text("abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=20),
    st.sampled_from(["Ltd", "GmbH", "Inc.", "S.A.", "Pty Ltd", "plc", "B.V.", "GmbH & Co. KG"]),
)
def test_a_legal_form_at_the_end_makes_no_difference(name: str, form: str) -> None:
    core = f"x{name}x"
    assert normal_form(f"{core} {form}") == normal_form(f"{core}, {form.upper()}")
    assert normal_form(f"{core} {form}") == normal_form(core)
