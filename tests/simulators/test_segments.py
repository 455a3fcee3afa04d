import pytest

from simulators.carrier.segments import count, encoding


@pytest.mark.parametrize(
    ("text", "name", "segments"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("a" * 918, "GSM-7", 6),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
        ("ç", "UCS-2", 1),
        ("Ç", "GSM-7", 1),
        ("ж" * 70, "UCS-2", 1),
        ("ж" * 71, "UCS-2", 2),
        ("ж" * 135, "UCS-2", 3),
        ("🏽" * 35, "UCS-2", 1),
        ("🏽" * 66, "UCS-2", 2),
        ("🏽" * 67, "UCS-2", 3),
        ("\ud800", "UCS-2", 1),
        ("\x00", "UCS-2", 1),
    ],
)
def test_a_text_takes_as_many_segments_as_phones_count(text: str, name: str, segments: int) -> None:
    assert (encoding(text), count(text)) == (name, segments)
