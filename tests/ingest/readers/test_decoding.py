"""Decoding: texts in the encodings of Windows, old Macs and DOS are read rightly, or refused with advice."""

import pytest

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.readers.text import read_log
from tests.ingest.readers.reading import read

SENTENCES = {
    "nl": "De coöperatie in België heeft een café waar men naïef één pilsje drinkt.",
    "fr": "L'été, où les élèves français déjeunent à l'hôtel, ça coûte cher.",
    "es": "¿Cómo está el niño? Mañana cumplirá catorce años.",
    "de": "Die Straße führt über die Brücke nach Österreich; Ärger gehört dazu.",
    "names": "Müller\nGonçalves\nZoë\nRené",
    "one letter": "Het café is open.",
}


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "cp437"])
@pytest.mark.parametrize("text", SENTENCES.values(), ids=SENTENCES)
def test_encodings_of_one_byte_are_told_apart(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_curly_quotes_and_frames_tell_the_encoding_too():
    quoted = "L’eau “vive” – l’œuvre… à 5 €"
    assert decode(quoted.encode("cp1252")) == quoted
    assert decode(quoted.encode("mac_roman")) == quoted
    frame = "┌──────┬───┐\n│ Café │ 5 │\n└──────┴───┘\n"
    assert decode(frame.encode("cp437")) == frame


def test_a_letter_of_another_language_is_no_reason_to_refuse():
    for text in ("ø 12 mm", "Ærøskøbing, Tromsø en smørrebrød", "São João não está"):
        assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Привет мир, как дела у вас", "cp1251"),
        ("Привет мир, как дела у вас", "cp866"),
        ("Καλημέρα κόσμε, τι κάνετε", "iso8859-7"),
        ("日本語の文章です。", "shift_jis"),
    ],
)
def test_other_encodings_are_refused_with_advice(text, encoding):
    with pytest.raises(UnreadableDocument, match="save it as UTF-8"):
        decode(text.encode(encoding))


def test_stray_and_padding_nuls_leave_the_words():
    report = "Meetrapport put 12\0\0\nDe waterstand was 1,42 meter.\0\nDe put is schoon.\n"
    assert read("a.txt", report.encode()).text == (
        "Meetrapport put 12\nDe waterstand was 1,42 meter.\nDe put is schoon."
    )
    assert read("a.txt", b"Jan Bos\0\0\0\0Lima en Puno en Piura").text == "Jan Bos Lima en Puno en Piura"


def test_utf_16_with_half_a_character_at_its_end_is_read():
    assert decode("De vuurtoren brandt.\n".encode("utf-16-le") + b"\n") == "De vuurtoren brandt.\n"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv", "a.json", "a.log"])
def test_ligatures_are_the_letters_that_they_stand_for(name):
    text = "Het ﬁnanciële jaar en de aﬂossing zĳn oﬃcieel aﬀ."
    data = f'"{text}"' if name == "a.json" else text
    assert read(name, data.encode()).text == ("Het financiële jaar en de aflossing zijn officieel aff.")


def test_each_line_of_a_log_is_a_line_without_colours():
    log = b"10:01 \x1b[32mINFO\x1b[0m start\n10:02 WARN schijf\nbijna vol\n\n  at f(x)\n"
    assert [line.text for line in read_log(log).lines] == [
        "10:01 INFO start",
        "10:02 WARN schijf",
        "bijna vol",
        "at f(x)",
    ]
    assert read("a.log", log).text.startswith("10:01 INFO start\n10:02 WARN schijf\nbijna vol\n")


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        ("Źródło wody jest przy kościele. Święto obchodzimy w sierpniu.", ("cp1250", "iso8859_2", "cp852")),
        ("Obecní úřad je otevřen v úterý a ve čtvrtek, lékařka přijímá děti.", ("cp1250",)),
        ("A szülők kedden és csütörtökön jövő héten kapják meg az értesítést.", ("cp1250",)),
        ("Öğretmenler odası ikinci katta, öğrenciler salı günü gidiyor.", ("cp1254",)),
        ("Le cœur de la ville coûte 12 € par mois, l’œuvre aussi.".replace("’", "'"), ("iso8859_15",)),
        ("Blåbærgrød på Fyn. Vi går til skoven på søndag.", ("cp1252",)),
        ("Così è più bello, ma la città è già aperta.", ("cp1252",)),
        ("Het debiet is 12 m³ per uur, 14 m³, 15 m³ en ½ liter à 10 €.", ("cp1252",)),
    ],
)
def test_alphabets_of_other_languages_tell_the_encoding(text, encodings):
    assert [decode(text.encode(encoding)) for encoding in encodings] == [text] * len(encodings)
