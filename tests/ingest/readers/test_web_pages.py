"""Web pages as generators, content systems and people make them: whole, and without their furniture."""

from pathlib import Path

import pytest

from tests.ingest.readers.reading import read

PAGES = Path(__file__).parent / "pages"
EXPECTED: dict[str, tuple[list[str], list[str]]] = {
    "sphinx-rtd": (
        [
            "Install\n\nRun the command.",
            "depth | 3\nwidth | 80",
            "tool.run(n)\nRuns it n times.",
            "Needs 4 GB.",
        ],
        ["¶", "Copyright", "Next", "Home"],
    ),
    "mkdocs-material": (
        ["Limits\n\nThese are", "Use winget.", "Plan | Users\nFree | 5"],
        ["¶", "Skip to", "Made with"],
    ),
    "docusaurus": (
        ["Tarieven\n\nAlle tarieven", "In het dorp 9 euro.", "Kinderen | 50%"],
        ["Bewerk", "Vorige", "Copyright", "Naar de inhoud"],
    ),
    "mediawiki": (
        [
            "Inwoners | 1.204",
            "dorp.[1]",
            "1900 | 310\n1950 | 512\n1950 | 518",
            "• Westerdijk\n• Zuiderdijk",
            "1. Van Dijk (1980), p. 12.",
        ],
        ["bewerken", "Aanmelden", "Inhoud", "Categorie", "Laatst bewerkt", "↑"],
    ),
    "wordpress": (
        [
            "Dagkaart | 19,50 euro\nAvondkaart | 14 euro\n\nPrijzen in 2025",
            "De tent op het veld, foto Ans Bos",
            "3 mei 2025",
        ],
        ["Recente", "Kerstmarkt", "WordPress", "Vorig bericht", "Ga naar"],
    ),
    "government": (
        [
            "Wat neemt u mee?\n\n• uw oude paspoort",
            "Wat kost het?",
            "Paspoort (18 jaar en ouder) | € 83,87\nSpoed | € 57,85 extra",
            "• Rijksoverheid: paspoort\n• Bel 14 010",
        ],
        ["cookies", "Direct naar", "U bevindt", "Zoek", "nuttig", "Postbus"],
    ),
    "aspnet": (["Dag | Van | Tot\nMaandag | 7.00 | 22.00\nZondag | gesloten"], ["Contact", "©"]),
    "frameset": (["De kaarten liggen in zaal 3."], []),
    "layout-tables": (
        [
            "Tekst twee over duiven.",
            "\nOrléans | J. Smit | 1.204 m/min\nPont | P. Bos | 1.190 m/min",
            "Laatst bijgewerkt 2 juni 2003",
        ],
        ["Nieuws"],
    ),
    "flat": (["Recept\n\nWeek de erwten.", "Dagkaart | 19,50 euro"], []),
    "articles": (["De brug gaat dicht.", "• Kaart van de omleiding", "Avondkaart | 14 euro"], []),
    "article-cards": (["Dijk\n\nWij verhogen de dijk.", "Wij bouwen een sluis."], []),
    "closing-links": (["• Vogels kijken in de polder\n• De kerkuil in de toren"], ["Home", "Privacy"]),
    "details-last": (["Mag de hond mee?\n\nJa, aan de lijn.", "Op het Plein."], []),
    "math": (["De kracht is F=m·a.", "E=mc²", "De helft is 1/2."], []),
    "struck": (["Prijs: 8 euro.", "Datum: 4 mei.", "Zaal: C."], []),
    "hidden": (
        ["Het salaris is 2.900 euro."],
        ["Salaris 1", "Salaris 2", "Salaris 3", "Salaris 4", "Salaris 5", "Salaris 6"],
    ),
    "shown-by-script": (["Ja, het mag.", "Winter: 10 uur.", "Meer tekst."], []),
    "definition-list": (["Peil\nDe hoogte van het water.\n\nKade\nEen lage dijk."], []),
    "forum": (["Lekkende kraan", "Mijn kraan lekt. Wat nu?", "Vervang het leertje, maat 12."], ["Contact"]),
    "index-of-links": (["Verslagen\n\n• Verslag 2019\n• Verslag 2020"], []),
    "text-beside-main": (
        ["Camping De Linde", "Dagkaart | 19,50 euro", "De receptie sluit om 22 uur."],
        ["KvK"],
    ),
    "pandoc": (["Handleiding\n\nAns Bos\n\nAanzetten", "rood | storing", "1. Alleen model B."], ["↩"]),
    "doxygen": (["list.h File Reference", "void | list_add (int n)", "Adds n."], ["Generated"]),
    "single-page-app-saved": (["Rooster", "Dagkaart | 19,50 euro"], ["Nieuwsbrief"]),
    "cms-rows-of-divs": (
        ["Maandag 9 uur.", "Dinsdag 19 uur.", "Inschrijven voor judo", "Avondkaart | 14 euro"],
        ["Start", "Colofon", "Facebook"],
    ),
    "restaurant-menu": (["Snert, 7 euro", "Vla, 4 euro."], []),
    "rustdoc-like": (["Module fmt\n", "Trait | Mark\nLowerHex | x"], ["Copy item"]),
    "code-with-line-numbers": (["a = 1\nb = 2"], ["1\n2"]),
    "address": (["Bleekwal 9\n7511 ZZ Enschede", "ma | dicht"], ["Copyright", "Home"]),
    "cookie-policy": (["_ga | 2 jaar", "drie cookies"], ["verbeteren"]),
    "links-beside-the-text": (
        ["• Vogels kijken in de polder\n• De kerkuil in de toren"],
        ["Start", "Contact", "Privacy"],
    ),
    "list-of-documents": (["• Verslag van de vergadering van mei\n• Verslag"], []),
    "word-html": (["Aanwezig: Jan, Piet.", "1. Het hek is stuk.", "Actie | Wie\nHek maken | Piet"], []),
    "google-docs": (["Start in juni.", "Fase | Week\nSloop | 23"], ["Start in mei"]),
    "javadoc-new": (["Class Foo", "A foo.", "Runs it.", "run()", "static void"], ["Copyright", "Overview"]),
    "joomla-list": (["Jan Bos | voorzitter\nAn Vos | penningmeester"], ["Realisatie", "Home"]),
    "stack-overflow": (
        ["How to undo?", "I made a mistake in git.", "Use git reset.", "git reset HEAD~1"],
        ["Questions", "Related"],
    ),
    "github-readme-saved": (
        ["A tool for leaks.", "Flag | Meaning\n-v | verbose", "src | Fix leak", "• Manual of the tool"],
        ["Skip to", "GitHub"],
    ),
    "timetable": (
        [
            "Maandag tot vrijdag\n",
            "Halte | Vertrek\nHalte | heen | terug\nPlein | 7.03 | 8.11",
            "Niet op feestdagen",
        ],
        [],
    ),
    "nested-data-table": (
        ["Meterkast | sleutel 17\nBerging | sleutel 18", "Zolder | sleutel 3"],
        ["17 Berging"],
    ),
    "questions-in-table": (
        ["Wat kost het? | Vijf euro. Kinderen gratis.", "Mag een hond mee? | Ja. Wel aan de lijn."],
        [],
    ),
    "comparison-with-headings": (["Basis | Plus\n5 euro | 9 euro"], []),
    "lists": (["3. drie\n7. zeven\n8. acht", "a. eerst\ni. onder\nb. dan"], []),
    "katex": (["Dus a+b telt."], []),
    "svg-diagram": (["Aanvraag Besluit"], []),
    "text-in-body": (["De sluis is open van 8 tot 20 uur.\nBel 0512 voor de brug.", "Groet, Klaas"], []),
    "xhtml": (["Kade\n\nDe kade is hoog", "Er liggen boten."], []),
    "event-teasers": (["Concert\n\n3 mei", "Markt\n\n4 mei"], []),
    "aside-note-in-article": (["Let op: niet bij mist."], ["Reclame", "Elders"]),
    "blockquote-footer": (["— Ans Bos, wethouder"], []),
    "superscripts": (["Er zijn 10⁶ cellen op 5 m2 in de 19e eeuw.1"], []),
    "iframe-and-media": (
        ["De gemeente onderhoudt alle speelplekken in de wijk en kijkt elk voorjaar o"],
        ["Uw browser", "Zet scripts", "leeg"],
    ),
    "w3-accordion": (["Om 9 uur.", "Op het Plein.", "Wanneer open?"], []),
    "bootstrap-accordion": (["Vraag een\n\nAntwoord een."], []),
    "case-form-page": (["De glijbaan aan de Elzenlaan wordt vervangen op 14 april."], ["Naar de inhoud"]),
    "case-dl-address": (
        ["Volwassenen\n12,50 euro\n\nKinderen tot 12 jaar\ngratis", "Bleekwal 9\n7511 ZZ Enschede"],
        ["Home", "Copyright"],
    ),
    "case-layout-table": (["Contributie\n\nSenioren betalen 210 euro per jaar.\n\nBotenhuis"], ["Nieuws"]),
    "case-strike": (["Een kano huren kost 22 euro per dag.", "Ja, de borg is 75 euro"], ["30 euro"]),
    "case-table-last": (["Dagkaart sauna | 19,50 euro\nAvondkaart sauna | 14 euro"], ["Contact", "Colofon"]),
    "case-hidden-middle": (["Het salaris van de gids is 2.900 euro per maand"], ["4.400 euro", "Contact"]),
    "case-two-articles": (
        ["De jachthaven krijgt veertig ligplaatsen erbij aan steiger D.", "Avondkaart sauna | 14 euro"],
        [],
    ),
}
"""For each page, what its reading text holds, and what it does not."""


def test_every_page_is_read():
    assert sorted(EXPECTED) == sorted(page.stem for page in PAGES.iterdir())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_page_keeps_its_text_and_not_its_furniture(name):
    text = read("a.html", (PAGES / f"{name}.html").read_bytes()).text
    holds, lacks = EXPECTED[name]
    assert [part for part in holds if part not in text] == []
    assert [part for part in lacks if part in text] == []


def test_a_frame_is_named_as_unread():
    document = read("a.html", (PAGES / "frameset.html").read_bytes())
    assert [str(reason) for reason in document.unread] == [
        "its frames show other pages, menu.html, hoofd.html; add those too"
    ]


@pytest.mark.parametrize("place", ["first", "between", "last", "alone"])
@pytest.mark.parametrize("container", ["div", "article", "main", "section", "form", "td", "body"])
def test_no_row_is_lost_wherever_a_table_stands(container, place):
    prose = (
        "<p>De gemeente onderhoudt alle speelplekken in de wijk, en kijkt elk voorjaar of ze veilig zijn.</p>"
    )
    table = "<table><tr><th>Kaart</th><th>Prijs</th></tr><tr><td>Dag</td><td>19,50</td></tr></table>"
    inside = {
        "first": table + prose * 3,
        "between": prose + table + prose,
        "last": prose * 3 + table,
        "alone": table,
    }[place]
    opening = "<table><tr><td><a href=/>Start</a></td><td>" if container == "td" else f"<{container}>"
    closing = "</td></tr></table>" if container == "td" else f"</{container}>"
    page = f"<body><nav><a href=/>Start</a></nav>{opening}{inside}{closing}<footer>Colofon</footer></body>"
    text = read("a.html", page.encode()).text
    assert "Kaart | Prijs\nDag | 19,50" in text
    assert text.count("De gemeente") == page.count("De gemeente")
    assert "Colofon" not in text


def test_a_page_without_a_closed_tag_is_read():
    assert read("a.html", b"<p>Een zin<td>cel<li>punt").text == "Een zin\n\ncel\n\n• punt"
