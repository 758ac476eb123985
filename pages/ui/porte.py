"""Which door stands in front of the app: the sign-in that is set, this machine alone where none is, nobody where it is set wrong."""

from __future__ import annotations

import sys

from starlette.middleware import Middleware

from pages.ui.bornes import Bornes
from pages.ui.connexion import ConnexionInvalide, connexion
from pages.ui.gardien import Ferme, Gardien
from pages.ui.premier import ECRANS, SORTIE, with_first
from pages.ui.serveur import Avance, layers
from rqds_metrics.personnes import check_acces, path_of


def doors() -> list[Middleware]:
    """The layers in front of Streamlit; what is wrong with the settings is said on the console."""
    bounded, avance = Middleware(Bornes), Avance(SORTIE, frozenset(ECRANS), with_first)
    try:
        settings = connexion()
    except ConnexionInvalide as error:
        print(f"La connexion est mal réglée, l'application est fermée à tous :\n{error}", file=sys.stderr)
        return layers(Middleware(Ferme), bounded)
    if settings is None:
        return layers(None, bounded, avance=avance)
    _, lu = check_acces(path_of())
    for defaut in lu.defauts:
        print(f"L'accès est mal réglé, personne ne peut entrer : {defaut}", file=sys.stderr)
    return layers(Middleware(Gardien, connexion=settings), bounded, avance=avance)
