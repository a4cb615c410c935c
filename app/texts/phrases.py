"""Phrases: the words of our own around answers and on the page, in the languages we speak."""

import re
from collections.abc import Mapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from textwrap import shorten
from typing import Final

from rodedraad.ingest.documents import Document

SPOKEN: Final = {"nl": "Nederlands", "en": "English", "fr": "Français", "es": "Español"}
"""The languages of the page, each by its own name."""

LONGEST_HEADING = 80
"""Characters of a heading that a reference prints at most."""

NAMES: Final = {**SPOKEN, "de": "Deutsch"}
"""The languages of questions and documents, each by its own name."""

_ANSWER: Final = {
    "no_answer": {
        "nl": "Hierop geven de bronnen geen antwoord.",
        "en": "The sources hold no answer to this.",
        "fr": "Les sources ne répondent pas à cette question.",
        "es": "Las fuentes no responden a esta pregunta.",
        "de": "Darauf geben die Quellen keine Antwort.",
    },
    "nearest": {
        "nl": "Wat er het dichtst bij komt, maar geen antwoord is:",
        "en": "What comes nearest, though it is no answer:",
        "fr": "Ce qui s’en approche le plus, sans être une réponse :",
        "es": "Lo que más se acerca, aunque no es una respuesta:",
        "de": "Was dem am nächsten kommt, aber keine Antwort ist:",
    },
    "sources": {
        "nl": "Bronnen",
        "en": "Sources",
        "fr": "Sources",
        "es": "Fuentes",
        "de": "Quellen",
    },
    "understood_as": {
        "nl": "Begrepen als",
        "en": "Understood as",
        "fr": "Compris comme",
        "es": "Entendido como",
        "de": "Verstanden als",
    },
    "likely": {
        "nl": "Waarschijnlijk staat het antwoord hierin.",
        "en": "Probably the answer is in here.",
        "fr": "La réponse s’y trouve probablement.",
        "es": "Probablemente la respuesta esté aquí.",
        "de": "Wahrscheinlich steht die Antwort hierin.",
    },
    "unsure": {
        "nl": "Misschien staat het antwoord hierin; lees de bron erbij.",
        "en": "Perhaps the answer is in here; read the source beside it.",
        "fr": "La réponse s’y trouve peut-être ; lisez aussi la source.",
        "es": "Quizá la respuesta esté aquí; lea también la fuente.",
        "de": "Vielleicht steht die Antwort hierin; lesen Sie die Quelle dazu.",
    },
    "matched": {
        "nl": "Woorden gevonden als",
        "en": "Words found as",
        "fr": "Mots trouvés sous la forme",
        "es": "Palabras encontradas como",
        "de": "Wörter gefunden als",
    },
}

_PAGE: Final = {
    "new": {
        "nl": "Nieuw gesprek",
        "en": "New conversation",
        "fr": "Nouvelle conversation",
        "es": "Nueva conversación",
    },
    "question": {
        "nl": "Stel een vraag over de documenten",
        "en": "Ask the documents a question",
        "fr": "Posez une question aux documents",
        "es": "Haga una pregunta a los documentos",
    },
    "ask": {"nl": "Vraag", "en": "Ask", "fr": "Demander", "es": "Preguntar"},
    "welcome": {
        "nl": "Elk antwoord is een letterlijk citaat. De rode draad leidt naar de plaats waar het staat.",
        "en": "Every answer is a verbatim quote. The red thread leads to the place where it stands.",
        "fr": "Chaque réponse est une citation exacte. Le fil rouge mène à l’endroit où elle se trouve.",
        "es": "Cada respuesta es una cita literal. El hilo rojo lleva al lugar donde está.",
    },
    "source": {"nl": "Bron", "en": "Source", "fr": "Source", "es": "Fuente"},
    "source_empty": {
        "nl": "Hier verschijnt de bron, met elk citaat gemarkeerd.",
        "en": "The source appears here, with every quote marked.",
        "fr": "La source s’affiche ici, chaque citation surlignée.",
        "es": "Aquí aparece la fuente, con cada cita marcada.",
    },
    "link_stale": {
        "nl": "Het citaat waar deze link naar wijst, staat niet meer in de documenten.",
        "en": "The quote that this link points to is no longer in the documents.",
        "fr": "La citation que vise ce lien ne se trouve plus dans les documents.",
        "es": "La cita a la que apunta este enlace ya no está en los documentos.",
    },
    "language": {
        "nl": "Taal van de pagina",
        "en": "Language of the page",
        "fr": "Langue de la page",
        "es": "Idioma de la página",
    },
    "tab_ask": {"nl": "Vragen", "en": "Ask", "fr": "Demander", "es": "Preguntar"},
    "tab_documents": {"nl": "Documenten", "en": "Documents", "fr": "Documents", "es": "Documentos"},
    "tab_evaluation": {"nl": "Evaluatie", "en": "Evaluation", "fr": "Évaluation", "es": "Evaluación"},
    "upload": {
        "nl": "Documenten toevoegen",
        "en": "Add documents",
        "fr": "Ajouter des documents",
        "es": "Añadir documentos",
    },
    "reindex": {
        "nl": "Opnieuw indexeren",
        "en": "Index again",
        "fr": "Réindexer",
        "es": "Volver a indexar",
    },
    "doing_reading": {
        "nl": "Documenten lezen en omzetten in vectoren",
        "en": "Reading documents and turning them into vectors",
        "fr": "Lecture des documents et conversion en vecteurs",
        "es": "Leyendo documentos y convirtiéndolos en vectores",
    },
    "doing_writing": {
        "nl": "De index wegschrijven",
        "en": "Writing the index",
        "fr": "Écriture de l’index",
        "es": "Escribiendo el índice",
    },
    "reindexed": {
        "nl": "Bijgewerkt: {added} nieuw, {changed} gewijzigd, {removed} verwijderd, {failed} onleesbaar.",
        "en": "Up to date: {added} added, {changed} changed, {removed} removed, {failed} unread.",
        "fr": "À jour : {added} ajoutés, {changed} modifiés, {removed} supprimés, {failed} non lus.",
        "es": "Al día: {added} añadidos, {changed} cambiados, {removed} quitados, {failed} sin leer.",
    },
    "refused_kind": {
        "nl": "dit soort bestand wordt niet gelezen; wel: {kinds}.",
        "en": "this kind of file is not read; these are: {kinds}.",
        "fr": "ce type de fichier n’est pas lu ; ceux-ci le sont : {kinds}.",
        "es": "este tipo de archivo no se lee; sí: {kinds}.",
    },
    "refused_name": {
        "nl": "deze naam kan niet; geef het bestand een kortere, gewone naam.",
        "en": "this name cannot be; give the file a shorter, plain one.",
        "fr": "ce nom est impossible ; donnez au fichier un nom plus court et simple.",
        "es": "este nombre no es posible; dé al archivo uno más corto y sencillo.",
    },
    "refused_size": {
        "nl": "dit bestand is te groot; hoogstens {most} MB wordt gelezen.",
        "en": "this file is too large; at most {most} MB are read.",
        "fr": "ce fichier est trop grand ; {most} Mo au plus sont lus.",
        "es": "este archivo es demasiado grande; se leen {most} MB como máximo.",
    },
    "refused_empty": {
        "nl": "dit bestand is leeg.",
        "en": "this file is empty.",
        "fr": "ce fichier est vide.",
        "es": "este archivo está vacío.",
    },
    "refused_known": {
        "nl": "er is al een document met deze naam; verwijder dat eerst.",
        "en": "there is a document of this name already; remove that first.",
        "fr": "un document de ce nom existe déjà ; supprimez-le d’abord.",
        "es": "ya hay un documento con este nombre; quítelo primero.",
    },
    "title": {"nl": "Titel", "en": "Title", "fr": "Titre", "es": "Título"},
    "text_language": {"nl": "Taal", "en": "Language", "fr": "Langue", "es": "Idioma"},
    "passages": {"nl": "Passages", "en": "Passages", "fr": "Passages", "es": "Pasajes"},
    "indexed_on": {"nl": "Gelezen op", "en": "Read on", "fr": "Lu le", "es": "Leído el"},
    "state": {"nl": "Toestand", "en": "State", "fr": "État", "es": "Estado"},
    "remove": {"nl": "Verwijderen", "en": "Remove", "fr": "Supprimer", "es": "Quitar"},
    "remove_question": {
        "nl": "{id} verwijderen? Het bestand zelf wordt gewist.",
        "en": "Remove {id}? The file itself is deleted.",
        "fr": "Supprimer {id} ? Le fichier lui-même est effacé.",
        "es": "¿Quitar {id}? Se borra el archivo mismo.",
    },
    "library_count": {
        "nl": "{documents} documenten, {passages} passages.",
        "en": "{documents} documents, {passages} passages.",
        "fr": "{documents} documents, {passages} passages.",
        "es": "{documents} documentos, {passages} pasajes.",
    },
    "library_more": {
        "nl": "De eerste {count} staan hier.",
        "en": "The first {count} are shown.",
        "fr": "Les {count} premiers sont affichés.",
        "es": "Se muestran los primeros {count}.",
    },
    "state_indexed": {"nl": "In de index", "en": "Indexed", "fr": "Indexé", "es": "Indexado"},
    "state_changed": {
        "nl": "Gewijzigd sinds het gelezen is",
        "en": "Changed since it was read",
        "fr": "Modifié depuis sa lecture",
        "es": "Cambiado desde que se leyó",
    },
    "state_new": {
        "nl": "Nog niet gelezen",
        "en": "Not read yet",
        "fr": "Pas encore lu",
        "es": "Aún sin leer",
    },
    "state_gone": {
        "nl": "Bestand is weg",
        "en": "File is gone",
        "fr": "Fichier disparu",
        "es": "Archivo desaparecido",
    },
    "state_unread": {
        "nl": "Kan niet worden gelezen",
        "en": "Cannot be read",
        "fr": "Illisible",
        "es": "No se puede leer",
    },
    "busy": {
        "nl": "Er wordt nu veel gevraagd. Probeer het over een paar tellen opnieuw.",
        "en": "Many questions are being asked just now. Try again in a few seconds.",
        "fr": "Beaucoup de questions sont posées en ce moment. Réessayez dans quelques secondes.",
        "es": "Se están haciendo muchas preguntas. Vuelva a intentarlo en unos segundos.",
    },
    "quotes": {"nl": "Citaten", "en": "Quotes", "fr": "Citations", "es": "Citas"},
    "quote_number": {
        "nl": "Citaat {number} van {count}",
        "en": "Quote {number} of {count}",
        "fr": "Citation {number} sur {count}",
        "es": "Cita {number} de {count}",
    },
    "nearest_number": {
        "nl": "Geen antwoord: passage {number} van {count}",
        "en": "No answer: passage {number} of {count}",
        "fr": "Pas une réponse : passage {number} sur {count}",
        "es": "No es respuesta: pasaje {number} de {count}",
    },
    "view": {"nl": "Weergave", "en": "View", "fr": "Affichage", "es": "Vista"},
    "view_text": {"nl": "Tekst", "en": "Text", "fr": "Texte", "es": "Texto"},
    "view_page": {"nl": "Pagina", "en": "Page", "fr": "Page", "es": "Página"},
    "page_drawing": {
        "nl": "De pagina wordt getekend…",
        "en": "The page is being drawn…",
        "fr": "La page est en cours de rendu…",
        "es": "Se está dibujando la página…",
    },
    "page_marked": {
        "nl": "Pagina {page} van {title}; hierop is gemarkeerd: {quote}",
        "en": "Page {page} of {title}; marked on it is: {quote}",
        "fr": "Page {page} de {title} ; y est surligné : {quote}",
        "es": "Página {page} de {title}; en ella está marcado: {quote}",
    },
    "page_unmarked": {
        "nl": "Pagina {page} van {title}",
        "en": "Page {page} of {title}",
        "fr": "Page {page} de {title}",
        "es": "Página {page} de {title}",
    },
    "quote_not_found": {
        "nl": "De woorden van het citaat zijn op deze pagina niet gevonden; er is niets gemarkeerd.",
        "en": "The words of the quote were not found on this page; nothing is marked.",
        "fr": "Les mots de la citation n’ont pas été trouvés sur cette page ; rien n’est surligné.",
        "es": "Las palabras de la cita no se han encontrado en esta página; no hay nada marcado.",
    },
    "quote_goes_on": {
        "nl": "Het citaat gaat verder op de volgende pagina.",
        "en": "The quote goes on on the next page.",
        "fr": "La citation continue à la page suivante.",
        "es": "La cita continúa en la página siguiente.",
    },
    "file_changed": {
        "nl": "Het bestand is gewijzigd sinds het gelezen is; na een nieuwe indexering is de pagina te zien.",
        "en": "The file has changed since it was read; the page can be shown once it is indexed again.",
        "fr": "Le fichier a changé depuis sa lecture ; la page s’affichera après une nouvelle indexation.",
        "es": "El archivo ha cambiado desde que se leyó; la página se verá cuando se vuelva a indexar.",
    },
    "page_not_shown": {
        "nl": "Deze pagina kan niet worden getoond: {why}.",
        "en": "This page cannot be shown: {why}.",
        "fr": "Cette page ne peut pas être affichée : {why}.",
        "es": "Esta página no se puede mostrar: {why}.",
    },
    "page_not_had": {
        "nl": "De pagina is niet aangekomen; probeer het over een paar tellen opnieuw.",
        "en": "The page did not arrive; try again in a few seconds.",
        "fr": "La page n’est pas arrivée ; réessayez dans quelques secondes.",
        "es": "La página no ha llegado; vuelva a intentarlo en unos segundos.",
    },
    "previous": {"nl": "Vorige", "en": "Previous", "fr": "Précédent", "es": "Anterior"},
    "next": {"nl": "Volgende", "en": "Next", "fr": "Suivant", "es": "Siguiente"},
    "close": {
        "nl": "Terug naar het antwoord",
        "en": "Back to the answer",
        "fr": "Retour à la réponse",
        "es": "Volver a la respuesta",
    },
    "copy": {"nl": "Kopieer", "en": "Copy", "fr": "Copier", "es": "Copiar"},
    "copied": {"nl": "Gekopieerd", "en": "Copied", "fr": "Copié", "es": "Copiado"},
    "copy_plain": {
        "nl": "Citaat met bron",
        "en": "Quote with source",
        "fr": "Citation et source",
        "es": "Cita con fuente",
    },
    "copy_markdown": {"nl": "Markdown", "en": "Markdown", "fr": "Markdown", "es": "Markdown"},
    "copy_bibtex": {"nl": "BibTeX", "en": "BibTeX", "fr": "BibTeX", "es": "BibTeX"},
    "copy_link": {"nl": "Link", "en": "Link", "fr": "Lien", "es": "Enlace"},
    "good_answer": {
        "nl": "Is dit een goed antwoord?",
        "en": "Is this a good answer?",
        "fr": "Est-ce une bonne réponse ?",
        "es": "¿Es una buena respuesta?",
    },
    "vote_up": {"nl": "Goed antwoord", "en": "Good answer", "fr": "Bonne réponse", "es": "Buena respuesta"},
    "vote_down": {
        "nl": "Slecht antwoord",
        "en": "Bad answer",
        "fr": "Mauvaise réponse",
        "es": "Mala respuesta",
    },
    "vote_kept": {
        "nl": "Uw stem is bewaard, met de vraag.",
        "en": "Your vote is kept, with the question.",
        "fr": "Votre vote est conservé, avec la question.",
        "es": "Su voto se guarda, con la pregunta.",
    },
    "evaluate": {
        "nl": "Toetsvragen stellen",
        "en": "Ask the gold questions",
        "fr": "Poser les questions de référence",
        "es": "Hacer las preguntas de referencia",
    },
    "doing_asking": {
        "nl": "De toetsvragen worden gesteld",
        "en": "Asking the gold questions",
        "fr": "Les questions de référence sont posées",
        "es": "Haciendo las preguntas de referencia",
    },
    "evaluated": {
        "nl": "{count} toetsvragen zijn gesteld.",
        "en": "{count} gold questions have been asked.",
        "fr": "{count} questions de référence ont été posées.",
        "es": "Se han hecho {count} preguntas de referencia.",
    },
    "evaluated_on": {
        "nl": "Laatst gesteld op {time} (UTC).",
        "en": "Last asked on {time} (UTC).",
        "fr": "Posées pour la dernière fois le {time} (UTC).",
        "es": "Hechas por última vez el {time} (UTC).",
    },
    "never_evaluated": {
        "nl": "Toetsvragen die klaarstaan: {count}. Ze zijn nog niet gesteld.",
        "en": "Gold questions that are ready: {count}. They have not been asked yet.",
        "fr": "Questions de référence prêtes : {count}. Elles n’ont pas encore été posées.",
        "es": "Preguntas de referencia listas: {count}. Aún no se han hecho.",
    },
    "no_gold": {
        "nl": "Er zijn nog geen toetsvragen over deze documenten: vragen waarvan bekend is wat de bronnen "
        "antwoorden. Schrijf ze in de terminal, met {command}, of beoordeel antwoorden in het gesprek en "
        "neem die stemmen hier op.",
        "en": "There are no gold questions about these documents yet: questions of which it is known what "
        "the sources answer. Write them in the terminal, with {command}, or vote on answers in the talk "
        "and accept those votes here.",
        "fr": "Il n’y a pas encore de questions de référence sur ces documents : des questions dont on sait "
        "ce que les sources répondent. Écrivez-les dans le terminal, avec {command}, ou votez pour des "
        "réponses dans la conversation et acceptez ces votes ici.",
        "es": "Aún no hay preguntas de referencia sobre estos documentos: preguntas de las que se sabe qué "
        "responden las fuentes. Escríbalas en la terminal, con {command}, o vote respuestas en la "
        "conversación y acepte esos votos aquí.",
    },
    "votes": {
        "nl": "Stemmen die op een oordeel wachten: {count}",
        "en": "Votes that wait for review: {count}",
        "fr": "Votes à examiner : {count}",
        "es": "Votos por revisar: {count}",
    },
    "evidence": {
        "nl": "Bewijs: letterlijke stukken uit de bronnen, elk op een eigen regel",
        "en": "Evidence: verbatim pieces of the sources, each on a line of its own",
        "fr": "Preuve : des passages exacts des sources, un par ligne",
        "es": "Prueba: fragmentos literales de las fuentes, uno por línea",
    },
    "evidence_none": {
        "nl": "Plak eerst een letterlijk stuk uit de bronnen dat de vraag beantwoordt.",
        "en": "First paste a verbatim piece of the sources that answers the question.",
        "fr": "Collez d’abord un passage exact des sources qui répond à la question.",
        "es": "Pegue primero un fragmento literal de las fuentes que responda a la pregunta.",
    },
    "evidence_unknown": {
        "nl": "In geen enkele passage van de documenten staat: {piece}",
        "en": "No passage of the documents holds: {piece}",
        "fr": "Aucun passage des documents ne contient : {piece}",
        "es": "Ningún pasaje de los documentos contiene: {piece}",
    },
    "accept_answerable": {
        "nl": "Opnemen met dit bewijs",
        "en": "Accept with this evidence",
        "fr": "Accepter avec cette preuve",
        "es": "Aceptar con esta prueba",
    },
    "accept_unanswerable": {
        "nl": "Opnemen: de bronnen zwijgen",
        "en": "Accept: the sources are silent",
        "fr": "Accepter : les sources se taisent",
        "es": "Aceptar: las fuentes callan",
    },
    "dismiss": {"nl": "Weglaten", "en": "Dismiss", "fr": "Écarter", "es": "Descartar"},
    "accepted": {
        "nl": "Opgenomen als toetsvraag.",
        "en": "Accepted as a gold question.",
        "fr": "Acceptée comme question de référence.",
        "es": "Aceptada como pregunta de referencia.",
    },
    "dismissed": {"nl": "Weggelaten.", "en": "Dismissed.", "fr": "Écartée.", "es": "Descartada."},
    "silent": {
        "nl": "Er is niets geciteerd.",
        "en": "Nothing was quoted.",
        "fr": "Rien n’a été cité.",
        "es": "No se citó nada.",
    },
}


def phrase(name: str, language: str) -> str:
    """The phrase in a language (ISO 639-1); in English where we do not speak it."""
    translations: dict[str, str] = (_ANSWER | _PAGE)[name]
    return translations.get(language, translations["en"])


def page_phrases() -> dict[str, dict[str, str]]:
    """Of each language of the page, its phrases by name."""
    return {language: {name: phrase(name, language) for name in _PAGE} for language in SPOKEN}


def language_of(headers: Mapping[str, str]) -> str:
    """The language of the page for a request: its cookie `language`, or the browser's first choice.

    English where we speak none of those that it accepts.
    """
    cookies = SimpleCookie()
    with suppress(CookieError):
        cookies.load(headers.get("cookie", ""))
    chosen = cookies["language"].value if "language" in cookies else ""
    ranges = re.sub(r";[^,]*|-[^,;]*", "", headers.get("accept-language", "").lower())
    accepted = re.findall(r"[a-z]{2,3}", ranges)
    return next((language for language in (chosen, *accepted) if language in SPOKEN), "en")


def position(document: Document, start: int) -> list[str]:
    """Where in a document a character stands: the heading above it and its page, if there are any."""
    heading, page = document.heading_above(start), document.page_at(start)
    return [
        *([f"§ {shorten(heading, LONGEST_HEADING, placeholder='…')}"] if heading else ()),
        *([f"p. {page}"] if page else ()),
    ]


def reference(document: Document, start: int) -> str:
    """What a citation prints: title, author, publisher and date, the section and page, the address."""
    citation = document.citation
    known = filter(None, (citation.author, citation.publisher, citation.date))
    address = [citation.url] if citation.url else []
    return ", ".join([document.title, *known, *position(document, start), *address])
