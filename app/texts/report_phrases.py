"""Report phrases: the words of the report in the other languages of the page, by the English ones."""

from typing import Any, Final

TRANSLATIONS: Final = {
    name: dict(zip(("nl", "fr", "es"), said, strict=True))
    for name, said in {
        # sections
        "Figures": ("Cijfers", "Chiffres", "Cifras"),
        "Means with bootstrap 95 % intervals over questions.": (
            "Gemiddelden over vragen, met bootstrapintervallen van 95 %.",
            "Moyennes sur les questions, avec des intervalles bootstrap à 95 %.",
            "Medias sobre las preguntas, con intervalos bootstrap del 95 %.",
        ),
        "By kind of question": ("Per soort vraag", "Par type de question", "Por tipo de pregunta"),
        "Against the run before": (
            "Tegenover de vorige keer",
            "Par rapport à la fois précédente",
            "Frente a la vez anterior",
        ),
        "Paired over the questions that both runs asked. All measures over all questions, and those of the "
        "other groups that differ by more than noise: p below .05, by McNemar's exact test for shares and by "
        "the paired bootstrap otherwise. {unpaired} questions are in one run only.": (
            "Gepaard over de vragen die beide keren gesteld zijn. Alle maten over alle vragen, en die van "
            "andere groepen die meer dan door toeval verschillen: p onder .05, volgens de exacte toets van "
            "McNemar voor aandelen en anders de gepaarde bootstrap. {unpaired} vragen zijn één keer gesteld.",
            "Par paires, sur les questions posées les deux fois. Toutes les mesures sur toutes les "
            "questions, et celles des autres groupes qui diffèrent plus que par hasard : p sous .05, selon "
            "le test exact de McNemar pour les proportions, sinon le bootstrap apparié. {unpaired} questions "
            "n’ont été posées qu’une fois.",
            "Por pares, sobre las preguntas hechas ambas veces. Todas las medidas sobre todas las preguntas, "
            "y las de otros grupos que difieren más que por azar: p menor de .05, según la prueba exacta de "
            "McNemar para proporciones y, si no, el bootstrap pareado. {unpaired} preguntas se hicieron solo "
            "una vez.",
        ),
        "Every question": ("Elke vraag", "Chaque question", "Cada pregunta"),
        "{count} questions over {documents} documents in {passages} passages": (
            "{count} vragen over {documents} documenten in {passages} passages",
            "{count} questions sur {documents} documents en {passages} passages",
            "{count} preguntas sobre {documents} documentos en {passages} pasajes",
        ),
        "model {name}": ("model {name}", "modèle {name}", "modelo {name}"),
        "without {signals}": ("zonder {signals}", "sans {signals}", "sin {signals}"),
        "every signal on": ("elk signaal aan", "tous les signaux actifs", "todas las señales activas"),
        "Refusals are decided by a threshold that was fitted with every signal on: here, compare the "
        "passages found and the AUROC, not the shares refused.": (
            "Geweigerd wordt onder een drempel die met elk signaal aan is bepaald: vergelijk hier de "
            "gevonden passages en de AUROC, niet de geweigerde aandelen.",
            "Le refus dépend d’un seuil ajusté avec tous les signaux actifs : comparez ici les passages "
            "trouvés et l’AUROC, non les parts refusées.",
            "El rechazo depende de un umbral ajustado con todas las señales activas: compare aquí los "
            "pasajes encontrados y la AUROC, no las partes rechazadas.",
        ),
        # verdicts
        "not found": ("niet gevonden", "non trouvé", "no encontrada"),
        "The sources hold an answer, and none of the first three passages has it.": (
            "De bronnen geven een antwoord, en geen van de eerste drie passages heeft het.",
            "Les sources répondent, et aucun des trois premiers passages ne contient la réponse.",
            "Las fuentes responden, y ninguno de los tres primeros pasajes contiene la respuesta.",
        ),
        "found, not quoted": (
            "gevonden, niet geciteerd",
            "trouvé, non cité",
            "encontrada, no citada",
        ),
        "One of the first three passages has the answer, and no quote gives it.": (
            "Een van de eerste drie passages heeft het antwoord, en geen citaat geeft het.",
            "Un des trois premiers passages contient la réponse, et aucune citation ne la donne.",
            "Uno de los tres primeros pasajes contiene la respuesta, y ninguna cita la da.",
        ),
        "refused": ("geweigerd", "refusé", "rechazada"),
        "The sources hold an answer, and the question was refused.": (
            "De bronnen geven een antwoord, en de vraag is geweigerd.",
            "Les sources répondent, et la question a été refusée.",
            "Las fuentes responden, y la pregunta se rechazó.",
        ),
        "answered without a source": (
            "beantwoord zonder bron",
            "répondu sans source",
            "respondida sin fuente",
        ),
        "The sources hold no answer, and something was quoted.": (
            "De bronnen geven geen antwoord, en toch is er geciteerd.",
            "Les sources ne répondent pas, et quelque chose a été cité.",
            "Las fuentes no responden, y se citó algo.",
        ),
        "quoted": ("geciteerd", "cité", "citada"),
        "A quote answers.": ("Een citaat antwoordt.", "Une citation répond.", "Una cita responde."),
        "kept silent": ("gezwegen", "silence gardé", "en silencio"),
        "The sources hold no answer, and nothing was quoted.": (
            "De bronnen geven geen antwoord, en er is niets geciteerd.",
            "Les sources ne répondent pas, et rien n’a été cité.",
            "Las fuentes no responden, y no se citó nada.",
        ),
        # tables
        "group": ("groep", "groupe", "grupo"),
        "measure": ("maat", "mesure", "medida"),
        "before": ("voordien", "avant", "antes"),
        "after": ("nu", "maintenant", "ahora"),
        "difference": ("verschil", "différence", "diferencia"),
        "95 % interval": ("interval van 95 %", "intervalle à 95 %", "intervalo del 95 %"),
        "{low} to {high}": ("{low} tot {high}", "{low} à {high}", "{low} a {high}"),
        "p": ("p", "p", "p"),
        "id": ("id", "id", "id"),
        "question": ("vraag", "question", "pregunta"),
        "wanted": ("gewenst", "attendu", "esperado"),
        "got": ("gekregen", "obtenu", "obtenido"),
        "{count} questions with another verdict": (
            "{count} vragen met een ander oordeel",
            "{count} questions au verdict différent",
            "{count} preguntas con otro veredicto",
        ),
        "over {count} questions": (
            "over {count} vragen",
            "sur {count} questions",
            "sobre {count} preguntas",
        ),
        "silence": ("stilte", "silence", "silencio"),
        "understood as: {question}": (
            "begrepen als: {question}",
            "compris comme : {question}",
            "entendido como: {question}",
        ),
        "{share} overlap": (
            "woordoverlap {share}",
            "mots communs : {share}",
            "palabras comunes: {share}",
        ),
        "low": ("laag", "peu", "pocas"),
        "high": ("hoog", "beaucoup", "muchas"),
        "confidence {confidence:.2f}": (
            "zekerheid {confidence:.2f}",
            "confiance {confidence:.2f}",
            "confianza {confidence:.2f}",
        ),
        "right passages at {ranks}": (
            "juiste passages op {ranks}",
            "bons passages au rang {ranks}",
            "pasajes correctos en {ranks}",
        ),
        "none of ten": ("geen van tien", "aucun sur dix", "ninguno de diez"),
        # groups and measures
        "all": ("alle", "toutes", "todas"),
        "low overlap": ("weinig overlap", "peu de mots communs", "pocas palabras comunes"),
        "follow-ups": ("vervolgvragen", "questions de suivi", "preguntas siguientes"),
        "quote accuracy": ("juistheid van citaten", "justesse des citations", "acierto de las citas"),
        "quoted characters": ("geciteerde tekens", "caractères cités", "caracteres citados"),
        "answerable refused": (
            "beantwoordbaar geweigerd",
            "refus à tort",
            "con respuesta, rechazadas",
        ),
        "unanswerable refused": (
            "onbeantwoordbaar geweigerd",
            "refus à raison",
            "sin respuesta, rechazadas",
        ),
        "abstention AUROC": ("AUROC van het zwijgen", "AUROC de l’abstention", "AUROC de la abstención"),
        "unanswerable refused at 10 %": (
            "onbeantwoordbaar geweigerd bij 10 %",
            "refus à raison à 10 %",
            "sin respuesta, rechazadas al 10 %",
        ),
        "calibration error": ("kalibratiefout", "erreur de calibration", "error de calibración"),
        "milliseconds": ("milliseconden", "millisecondes", "milisegundos"),
        # plots
        "Passages found": ("Gevonden passages", "Passages trouvés", "Pasajes encontrados"),
        "first passages": ("eerste passages", "premiers passages", "primeros pasajes"),
        "share with the answer among them": (
            "aandeel met het antwoord erbij",
            "part où la réponse s’y trouve",
            "parte con la respuesta entre ellos",
        ),
        "Risk and coverage": ("Risico en dekking", "Risque et couverture", "Riesgo y cobertura"),
        "share of all questions answered, the surest first": (
            "aandeel van de vragen beantwoord, de zekerste eerst",
            "part des questions avec réponse, les plus sûres d’abord",
            "parte de las preguntas respondidas, las más seguras primero",
        ),
        "share of them not found in three passages": (
            "aandeel niet gevonden in drie passages",
            "part introuvée dans trois passages",
            "parte no encontrada en tres pasajes",
        ),
        "Silence": ("Stilte", "Silence", "Silencio"),
        "share of answerable questions refused": (
            "aandeel van beantwoordbare vragen geweigerd",
            "part refusée des questions qui ont une réponse",
            "parte rechazada de las preguntas con respuesta",
        ),
        "share of unanswerable questions refused": (
            "aandeel van onbeantwoordbare vragen geweigerd",
            "part refusée des questions sans réponse",
            "parte rechazada de las preguntas sin respuesta",
        ),
        "Reliability": ("Betrouwbaarheid", "Fiabilité", "Fiabilidad"),
        "confidence that the sources hold an answer": (
            "zekerheid dat de bronnen antwoord geven",
            "confiance que les sources répondent",
            "confianza en que las fuentes responden",
        ),
        "share of questions that have one": (
            "aandeel vragen met een antwoord",
            "part des questions qui en ont une",
            "parte de las preguntas que la tienen",
        ),
        "{title}: {y}, by {x}": (
            "{title}: {y}, tegen {x}",
            "{title} : {y}, selon {x}",
            "{title}: {y}, por {x}",
        ),
        "questions": ("vragen", "questions", "preguntas"),
        "as shipped": ("zoals geleverd", "tel quel", "tal como viene"),
        "as it should be": ("zoals het moet", "comme il faut", "como debe ser"),
        "by threshold": ("per drempel", "selon le seuil", "según el umbral"),
        "{share:.0%} of the answerable": (
            "{share:.0%} van de beantwoordbare",
            "{share:.0%} de celles qui ont une réponse",
            "{share:.0%} de las que tienen respuesta",
        ),
        "as shipped, from a confidence of {least}: {answered:.2f} answered, {wrong:.2f} of them wrong": (
            "zoals geleverd, vanaf zekerheid {least}: {answered:.2f} beantwoord, {wrong:.2f} ervan fout",
            "tel quel, dès une confiance de {least} : {answered:.2f} avec réponse, {wrong:.2f} à tort",
            "tal como viene, desde {least} de confianza: {answered:.2f} respondidas, {wrong:.2f} mal",
        ),
        "as shipped: {yes:.2f} of the answerable refused, {no:.2f} of the others": (
            "zoals geleverd: {yes:.2f} van de beantwoordbare geweigerd, {no:.2f} van de andere",
            "tel quel : {yes:.2f} de celles qui ont une réponse refusées, {no:.2f} des autres",
            "tal como viene: {yes:.2f} de las que tienen respuesta rechazadas, {no:.2f} de las otras",
        ),
        "{count} questions: confidence {confidence:.2f}, answerable {answerable:.2f}": (
            "{count} vragen: zekerheid {confidence:.2f}, beantwoordbaar {answerable:.2f}",
            "{count} questions : confiance {confidence:.2f}, avec réponse {answerable:.2f}",
            "{count} preguntas: confianza {confidence:.2f}, con respuesta {answerable:.2f}",
        ),
    }.items()
}  # fmt: skip


def say(text: str, language: str, **given: Any) -> str:
    """An English text of the report in a language, with what is given filled in."""
    return (text if language == "en" else TRANSLATIONS[text][language]).format(**given)


def named(name: str, language: str) -> str:
    """A name, in a language where it is one of our own words: groups may be called anything."""
    return TRANSLATIONS.get(name, {}).get(language, name)
