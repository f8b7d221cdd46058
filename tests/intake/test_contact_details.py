"""Email addresses and phone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbr_engine.intake import normal_email, normal_phone


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ana@example.org", "ana@example.org"),
        ("  Ana.B+care@EXAMPLE.co.uk ", "Ana.B+care@example.co.uk"),
        ("mailto:ana@example.org", "ana@example.org"),
        ("Ana <ana@example.org>;", "ana@example.org"),
        ("ana@example.org.", "ana@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("ana@bücher.example", "ana@bücher.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
        ("ana@sub.sub.example.org", "ana@sub.sub.example.org"),
    ],
)
def test_addresses_that_can_be(text, address):
    assert normal_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "ana", "ana@", "@example.org", "ana@example", "ana@@example.org", "ana@exam ple.org",
        "ana..b@example.org", ".ana@example.org", "ana.@example.org", "ana@-example.org",
        "ana@example-.org", "ana@example..org", "ana@example.1", "ana@127.0.0.1", "zoë@example.org",
        "a" * 65 + "@example.org", "ana@" + "a" * 64 + ".org", "ana@" + "a." * 130 + "org",
        "ana@example.org\nbcc: ben@example.org", "ana@exam_ple.org", '"a b"@example.org',
        "ana@example.org, ben@example.org", "ana@\u2024.org", "ana@example.o",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be(text):
    assert normal_email(text) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("07700 900123", "+447700900123"),
        ("(07700) 900-123", "+447700900123"),
        ("+44 (0) 7700 900123", "+447700900123"),
        ("+4407700900123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("447700900123", "+447700900123"),
        ("7700900123", "+447700900123"),
        ("07700 900123 ext 4", "+447700900123"),
        ("tel:+447700900123", "+447700900123"),
        ("０７７００９００１２３", "+447700900123"),
        ("01632 960001", "+441632960001"),
        ("016977 2345", "+44169772345"),
        ("020 7946 0001", "+442079460001"),
        ("0808 157 0192", "+448081570192"),
        ("+353 1 496 0000", "+35314960000"),
        ("+1 202 555 0143", "+12025550143"),
    ],
)
def test_numbers_that_can_be_dialled(text, number):
    assert normal_phone(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "12345", "07700 90012", "07700 9001234", "0", "+", "+0123456789", "077OO 900123",
        "+44 5555 555555", "1e10", "07700 900123 x", "+1234567890123456", "--", "00000000000",
    ],
)  # fmt: skip
def test_numbers_that_cannot_be(text):
    assert normal_phone(text) == ""


@given(st.text(max_size=40))
def test_what_is_written_once_is_written_the_same_again(text):
    for write in (normal_email, normal_phone):
        assert write(write(text)) == write(text)
