"""The families of rows: their tables and columns, in one place.

Read by the database (its tables), the loader (what it may write) and the measures (what they may name).
Each row also carries `lot` (the file that brought it), `serie` (what it can replace) and `debut`/`fin` (the days
it speaks of, both included).
"""

from __future__ import annotations

COMMUNES = {"lot": "BIGINT", "serie": "VARCHAR", "debut": "DATE", "fin": "DATE"}

FAMILLES: dict[str, dict[str, str]] = {
    # an e-mailing (campagne: what names it, or the mark that its files share); counts of people: delivered, unique opens, unique clicks
    "infolettre": {
        "campagne": "VARCHAR", "titre": "VARCHAR", "livres": "BIGINT", "ouvertures": "BIGINT",
        "clics": "BIGINT", "desabonnements": "BIGINT",
    },
    # the whole site (page is null) or a page, over the days debut..fin
    "web": {"page": "VARCHAR", "visites": "BIGINT", "vues": "BIGINT", "utilisateurs": "BIGINT"},
    # the whole show (episode is null) over debut..fin, or an episode since it came out (publie_le), as of fin
    "balado": {
        "episode": "VARCHAR", "publie_le": "DATE", "lectures": "BIGINT", "ecoutes": "BIGINT",
        "heures": "DOUBLE", "abonnes": "BIGINT",
    },
    # a session
    "webinaire": {
        "seance": "VARCHAR", "titre": "VARCHAR", "inscrits": "BIGINT", "annules": "BIGINT", "presents": "BIGINT",
    },
    # a question and an answer, counted; satisfait: true, false, or null when the answer leaves the denominator
    "sondage": {
        "sondage": "VARCHAR", "question": "VARCHAR", "reponse": "VARCHAR", "satisfait": "BOOLEAN", "nombre": "BIGINT",
    },
    # an account of a social network
    "social": {"compte": "VARCHAR", "abonnes": "BIGINT", "interactions": "BIGINT", "vues": "BIGINT"},
    # a value typed for an indicator and a period
    "saisie": {
        "indicateur": "VARCHAR", "valeur": "DOUBLE", "numerateur": "DOUBLE", "denominateur": "DOUBLE",
        "fait_le": "DATE", "texte": "VARCHAR",
    },
}  # fmt: skip

TITRES = {
    "infolettre": "Infolettre",
    "web": "Site Web",
    "balado": "Balados",
    "webinaire": "Webinaires",
    "sondage": "Sondages",
    "social": "Réseaux sociaux",
    "saisie": "Saisie",
}
