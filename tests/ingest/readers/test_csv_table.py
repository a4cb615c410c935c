"""CSV: each row is a line whose cells follow the names of their columns, whatever the separator."""

import time

import pytest

from rodedraad.ingest.readers.csv_table import read_csv
from tests.ingest.readers.reading import read


def rows(text: str) -> list[str]:
    return [line.text for line in read_csv(text.encode()).lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Plaats;Datum;Zaal\n's-Gravenhage;4 mei;zaal 'Het Anker'\n"
            "Leiden;5 mei;theater\n's-Graveland;6 mei;x\n",
            [
                "Plaats: 's-Gravenhage; Datum: 4 mei; Zaal: zaal 'Het Anker'",
                "Plaats: Leiden; Datum: 5 mei; Zaal: theater",
                "Plaats: 's-Graveland; Datum: 6 mei; Zaal: x",
            ],
        ),
        ("sep=;\nNaam;Toestel\nAnouk;217\n", ["Naam: Anouk; Toestel: 217"]),
        ("sep=\t\r\nNaam\tToestel\r\nAnouk\t217\r\n", ["Naam: Anouk; Toestel: 217"]),
        ("a,b\r1,2\r", ["a: 1; b: 2"]),
        ("Naam|Prijs\nStoel|12,50\n", ["Naam: Stoel; Prijs: 12,50"]),
        ("Naam\tPrijs\nStoel, eiken\t12,50\n", ["Naam: Stoel, eiken; Prijs: 12,50"]),
        ("naam, plaats\nJan, Lima\nPiet, Puno\n", ["naam: Jan; plaats: Lima", "naam: Piet; plaats: Puno"]),
        ("Naam;Bedrag\nJan;1,50\nPiet;2,75\n", ["Naam: Jan; Bedrag: 1,50", "Naam: Piet; Bedrag: 2,75"]),
    ],
    ids=["apostrophes", "sep", "sep tab", "CR", "bar", "tab", "spaces", "decimal commas"],
)
def test_the_separator_is_the_one_that_parts_the_rows(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Opmerking\nDe poort klemt, graag smeren.\nHet hek is stuk, Ans weet meer.\nBel, wacht, en ga.",
        "Alles, en nog wat, en meer.",
        "Het hek; stuk.\nDe deur; ook stuk.\nAlles goed hier.",
        "Beste Jan, welkom.\nBeste An, tot ziens.",
        "Bedrag\n1,50\n2,75",
    ],
)
def test_a_list_of_sentences_or_amounts_stays_as_it_stands(text):
    assert rows(text) == text.split("\n")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Gemeente;2019;2020;2021\nHoorn;350;362;371\n", "Gemeente: Hoorn; 2019: 350; 2020: 362; 2021: 371"),
        ("Gemeente,1990,2000\nHoorn,1350,1362\n", "Gemeente: Hoorn; 1990: 1350; 2000: 1362"),
        (";2019;2020\nHoorn;350;362\n", "Hoorn; 2019: 350; 2020: 362"),
        ("Wijk;0-14;15-64;65+\nNoord;120;300;44\n", "Wijk: Noord; 0-14: 120; 15-64: 300; 65+: 44"),
        ("Plaats;jan;1e kwartaal\nHoorn;1;3\n", "Plaats: Hoorn; jan: 1; 1e kwartaal: 3"),
        ("Naam;Bedrag;Bedrag\nJan;3;4\n", "Naam: Jan; Bedrag: 3; Bedrag: 4"),
        ("Naam;Hoe tevreden bent u?\nJan;zeer\n", "Naam: Jan; Hoe tevreden bent u?: zeer"),
        ("Jan,Lima,37\nPiet,Puno,74\n", "Jan; Lima; 37"),
        ("Jan;1980;2020\nPiet;1975;2019\n", "Jan; 1980; 2020"),
        ("Wat kost een pas?;Zeven euro.\nHoe lang geldt hij?;Een jaar.\n", "Wat kost een pas?; Zeven euro."),
        ("Naam;Prijs\n", "Naam | Prijs"),
    ],
)
def test_the_first_row_has_names_if_they_are_unlike_what_stands_below(text, first):
    assert rows(text)[0] == first


def test_lines_above_the_names_are_lines_of_their_own():
    assert rows("Overzicht laadpalen,,\n,,\nLocatie,Vermogen,Beheerder\nTurfkade,11 kW,Laadnet\n") == [
        "Overzicht laadpalen",
        "Locatie: Turfkade; Vermogen: 11 kW; Beheerder: Laadnet",
    ]
    assert rows("Aantallen\nBron;CBS\n\nNaam;Aantal;Plaats;Jaar\nJan;3;Lima;2020\nAn;4;Puno;2021\n") == [
        "Aantallen",
        "Bron | CBS",
        "Naam: Jan; Aantal: 3; Plaats: Lima; Jaar: 2020",
        "Naam: An; Aantal: 4; Plaats: Puno; Jaar: 2021",
    ]


def test_rows_may_have_more_or_fewer_cells_than_names():
    assert rows("naam,a,b\nJan,1\nPiet,1,2,3\nKees,2\n") == [
        "naam: Jan; a: 1",
        "naam: Piet; a: 1; b: 2; 3",
        "naam: Kees; a: 2",
    ]
    assert rows("Naam;Prijs;\nStoel;12;\n;30;\n") == ["Naam: Stoel; Prijs: 12", "Prijs: 30"]


def test_a_quote_opens_a_cell_only_where_another_closes_it():
    assert rows('v,a\n"Wat, wie?","Zegt men ""ja"",\ndan ja."\n') == [
        'v: Wat, wie?; a: Zegt men "ja", dan ja.'
    ]
    assert rows('maat,prijs\n5" pijp,12\n"6"" pijp",13\n"De Kroon" zaal,14\n') == [
        'maat: 5" pijp; prijs: 12',
        'maat: 6" pijp; prijs: 13',
        'maat: "De Kroon" zaal; prijs: 14',
    ]
    assert rows('naam,plaats\n"Jan,Lima\nPiet,Puno\n') == [
        'naam: "Jan; plaats: Lima',
        "naam: Piet; plaats: Puno",
    ]


def test_doubled_quotes_are_read_as_well_after_ten_thousand_characters():
    table = "naam,tekst\n" + "jan,gewone tekst\n" * 1000 + 'an,"Zegt men ""ja"", dan ja"\n'
    assert rows(table)[-1] == 'naam: an; tekst: Zegt men "ja", dan ja'


@pytest.mark.parametrize("text", ['"a""b\n' * 50_000, 'x,"a\n' * 50_000, '"' * 500_000, "," * 500_000])
def test_hostile_quotes_and_separators_are_read_soon(text):
    started = time.process_time()
    read_csv(text.encode())
    assert time.process_time() - started < 5


def test_comments_above_a_table_are_no_names():
    table = b"# export van het meetnet, 2025\n# eenheid: cm\nput,stand\nP1,142\nP2,98\n"
    assert read("a.csv", table).text.split("\n") == [
        "# export van het meetnet, 2025",
        "# eenheid: cm",
        "put: P1; stand: 142",
        "put: P2; stand: 98",
    ]


def test_a_quote_may_follow_a_backslash_and_a_path_may_end_with_one():
    table = 'naam,citaat\nJan,"Hij zei \\"nee\\" tegen, ja"\n"C:\\map\\",geen\n'
    assert read("a.csv", table.encode()).text == (
        'naam: Jan; citaat: Hij zei "nee" tegen, ja\nnaam: C:\\map\\; citaat: geen'
    )
