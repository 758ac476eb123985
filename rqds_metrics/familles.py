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
    # a question and an answer, counted; satisfait: true, false, or null when the answer leaves the denominator, or
    # when nobody said yet (see rqds_metrics.parts); echelle: the scale it is on, null off it (and in bases made before
    # scales were kept); « choix » is several answers a person, and repondants how many persons answered the question
    "sondage": {
        "sondage": "VARCHAR", "question": "VARCHAR", "reponse": "VARCHAR", "satisfait": "BOOLEAN", "nombre": "BIGINT",
        "echelle": "VARCHAR", "repondants": "BIGINT",
    },
    # an account of a social network
    "social": {"compte": "VARCHAR", "abonnes": "BIGINT", "interactions": "BIGINT", "vues": "BIGINT"},
    # a value typed for an indicator and a period; detail: the network, member or activity it speaks of, null for all;
    # preuve: a link or a note
    "saisie": {
        "indicateur": "VARCHAR", "valeur": "DOUBLE", "numerateur": "DOUBLE", "denominateur": "DOUBLE",
        "fait_le": "DATE", "texte": "VARCHAR", "detail": "VARCHAR", "preuve": "VARCHAR",
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
