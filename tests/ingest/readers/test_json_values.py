"""JSON: each value is a line after its path, each object in a list a line of its own."""

import pytest

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.json_values import read_json, read_json_lines


def lines(text: str) -> list[str]:
    return [line.text for line in read_json(text.encode()).lines]


def test_a_list_of_objects_is_a_table():
    assert lines('[{"naam": "Jan", "lengte": 1.90}, {"naam": "An", "lid": true, "tel": null}]') == [
        "naam: Jan; lengte: 1.90",
        "naam: An; lid: true",
    ]


def test_values_stand_after_their_paths():
    assert lines(
        '{"contact": {"telefoon": "0900-1", "dagen": ["ma", "di"]}, "leeg": [],'
        ' "leden": [{"naam": "Jan", "kinderen": [{"naam": "Bo"}]}, {"naam": "An", "naam": "Anna"}]}'
    ) == [
        "contact.telefoon: 0900-1",
        "contact.dagen: ma, di",
        "leden[0]: naam: Jan; kinderen[0].naam: Bo",
        "leden[1]: naam: An; naam: Anna",
    ]
    assert lines('{"tekst": "regel een\\nregel twee"}') == ["tekst: regel een", "regel twee"]
    assert lines('"los"') == ["los"]


def test_a_long_object_has_a_line_for_each_value():
    long = "woord " * 100
    assert lines(f'{{"a": [{{"naam": "Jan", "tekst": "{long}"}}]}}') == [
        "a[0].naam: Jan",
        f"a[0].tekst: {long.strip()}",
    ]


def test_json_lines_name_what_they_could_not_read():
    content = read_json_lines(b'{"a": 1}\n\nfoo\n{"a": 3}\n')
    assert [line.text for line in content.lines] == ["a: 1", "a: 3"]
    assert [str(reason) for reason in content.unread] == ["its lines 3 are not JSON"]
    assert lines('{"a": 1}\n{"a": 2}') == ["a: 1", "a: 2"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1,}', "^it is not JSON: line 1 has an error"),
        ("gewone tekst", "^it is not JSON: line 1 has an error"),
        ("[" * 100_000, "^its parts are nested too deeply"),
    ],
)
def test_what_is_not_json_is_refused(text, why):
    with pytest.raises(UnreadableDocument, match=why):
        read_json(text.encode())


def test_numbers_of_any_length_and_lone_surrogates_are_read():
    assert lines('{"a": ' + "9" * 5000 + ', "b": "\\ud800x"}') == ["a: " + "9" * 5000, "b: x"]
