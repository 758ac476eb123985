"""Streamlit's own words, in French.

Streamlit has no translations: its labels are literals in its JavaScript. They are replaced while the files are
served (serveur.py). tests/test_langue.py checks that each literal is still where it is expected, so that an upgrade
that moves one is seen.
"""

from __future__ import annotations

# file name (up to its first dot) -> literals between backticks, as shipped -> French
MOTS: dict[str, dict[str, str]] = {
    "FileUploader": {
        "`Drag and drop directories here`": "`Glissez vos dossiers ici`",
        "`Drag and drop files here`": "`Glissez vos fichiers ici`",
        "`Drag and drop a file here`": "`Glissez un fichier ici`",
        "`Add files`": "`Ajouter des fichiers`",
        "`Upload directories`": "`Choisir des dossiers`",
        "`Upload`": "`Parcourir`",
        "`${e.type} files are not allowed.`": "`Ce genre de fichier n'est pas lu.`",
        "`${T(t,D.Byte,0)} per file`": "`${T(t,D.Byte,0)} par fichier`",
    },
    "Selectbox": {
        "`Clear value`": "`Effacer`",
        "`No results`": "`Aucun résultat`",
        "`Open`": "`Ouvrir`",
        "`Selectbox options`": "`Choix`",
    },
    "Multiselect": {
        "`Add: ${n}`": "`Ajouter : ${n}`",
        "`Clear all`": "`Tout effacer`",
        "`Multiselect options`": "`Choix`",
        "`No results`": "`Aucun résultat`",
        "`Open`": "`Ouvrir`",
        "`Remove ${e}`": "`Retirer ${e}`",
        "`Select ${p.length} matches`": "`Prendre les ${p.length} trouvés`",
        "`Select all`": "`Tout prendre`",
        "`Selected values`": "`Choix retenus`",
    },
    "NumberInput": {
        "`Clear value`": "`Effacer`",
        "`Decrement`": "`Diminuer`",
        "`Increment`": "`Augmenter`",
        "`Number is above the allowed range.`": "`Ce nombre est trop grand.`",
        "`Number is below the allowed range.`": "`Ce nombre est trop petit.`",
    },
    "InputInstructions": {
        "`Press Enter to ${e}`": "`Entrée pour valider`",
        "`Press ${r()?`⌘`:`Ctrl`}+Enter to ${e}`": "`${r()?`⌘`:`Ctrl`}+Entrée pour valider`",
    },
    "utils": {
        "`Choose an option`": "`Choisir`",
        "`Choose options`": "`Choisir`",
        "`${e.toFixed(n)}${t.toUpperCase()}`": (
            "`${e.toFixed(n).replace('.',',')} ${{gb:'Go',mb:'Mo',kb:'Ko',b:'octets'}[t]}`"
        ),
        "`File must be ${$(n,`b`)} or smaller.`": "`Le fichier est trop gros : ${$(n,`b`)} au plus.`",
        "`${t.type} files are not allowed.`": "`Ce genre de fichier n'est pas lu.`",
        "`File size is too small.`": "`Le fichier est trop petit.`",
        "`Only one file is allowed.`": "`Un seul fichier à la fois.`",
        "`Unexpected error. Please try again.`": "`Une erreur est survenue. Réessayez.`",
        '"aria-label":`file upload`': '"aria-label":`fichiers à téléverser`',
        "`No options to select`": "`Aucun choix`",
    },
    "StreamlitMarkdown": {"`Help for ${": "`Aide : ${", "`Help`": "`Aide`"},
    "DateInput": {
        "`Choose date`": "`Choisir la date`",
        "`Clear date`": "`Effacer la date`",
        "`Use arrow keys to navigate dates. Enter to select. Escape to close.`": (
            "`Flèches pour changer de jour, Entrée pour choisir, Échap pour fermer.`"
        ),
    },
    "DateField": {"en:{year:`yyyy`,month:`mm`,day:`dd`}": "en:{year:`aaaa`,month:`mm`,day:`jj`}"},
    "DataFrame": {
        "label:`Clear selection`": "label:`Effacer la sélection`",
        "label:`Delete row(s)`": "label:`Supprimer la ligne`",
        "label:`Add row`": "label:`Ajouter une ligne`",
        "label:`Show/hide columns`": "label:`Choisir les colonnes`",
        "label:`Download as CSV`": "label:`Télécharger en CSV`",
        "label:`Search`": "label:`Chercher`",
        "label:`Select all`": "label:`Tout choisir`",
        "`Previous Result`": "`Résultat précédent`",
        "`Next Result`": "`Résultat suivant`",
        "`Close Search`": "`Fermer la recherche`",
        "`Type to search`": "`Écrivez pour chercher`",
        "`Dataframe column menu`": "`Menu de la colonne`",
        "`Copy column name`": "`Copier le nom de la colonne`",
        "`Sort ascending`": "`Trier en montant`",
        "`Sort descending`": "`Trier en descendant`",
        "`Statistics`]": "`Statistiques`]",
        "`Format`]": "`Format d'affichage`]",
        "`Autosize`]": "`Ajuster la largeur`]",
        "`Pin column`": "`Épingler la colonne`",
        "`Unpin column`": "`Détacher la colonne`",
        "`Hide column`": "`Masquer la colonne`",
        "`No options`": "`Aucun choix`",
        "`No data`": "`Aucune donnée`",
        "label:`Empty`": "label:`Vides`",
        "label:`Values`": "label:`Remplies`",
        "label:`Distinct`": "label:`Différentes`",
        "label:`Average length`": "label:`Longueur moyenne`",
        "label:`Minimum length`": "label:`Longueur minimale`",
        "label:`Maximum length`": "label:`Longueur maximale`",
        "`Based on sample`": "`Sur un échantillon`",
        "`Invalid input.`": "`Cette valeur ne convient pas.`",
        "`Incompatible value`": "`Valeur incompatible`",
        "`The value is not part of the allowed options.`": "`Cette valeur n'est pas dans la liste.`",
        "`The value cannot be interpreted as a datetime object.`": "`Ce n'est pas une date.`",
    },
    "Toolbar": {
        "label:`Fullscreen`": "label:`Plein écran`",
        "label:`Close fullscreen`": "label:`Quitter le plein écran`",
    },
    "PlotlyChart": {
        "`Download plot as a PNG`": "`Télécharger l'image (PNG)`",
        "`Preparing image - this may take a few seconds`": "`L'image se prépare…`",
        "`Image download succeeded`": "`Image téléchargée`",
        "`Sorry, there was a problem downloading your image!`": "`L'image n'a pas pu être faite.`",
    },
    "useCopyToClipboard": {"`Copied`:`Copy to clipboard`": "`Copié`:`Copier`"},
    "index": {
        '"aria-label":`Sidebar`': '"aria-label":`Menu`',
        "`Navigate to home page`": "`Aller à la vue d'ensemble`",
        "`Skip to main content`": "`Aller au contenu`",
        "`App pages`": "`Pages de l'application`",
        "`Collapse sidebar`": "`Replier le menu`",
        "`Expand sidebar`": "`Déplier le menu`",
        "`Close`": "`Fermer`",
        "`Connecting`": "`Connexion`",
        "`Connecting to Streamlit server`": "`Connexion au serveur`",
        "`Connection error`": "`Connexion perdue`",
        "`Connection timed out.`": "`La connexion a expiré.`",
        "`Please wait...`": "`Un instant…`",
        "`Connection lost. Please wait for the app to reconnect, then try again.`": (
            "`Connexion perdue. Attendez qu'elle revienne, puis réessayez.`"
        ),
        "`Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:`": (
            "`L'application ne répond plus. Si elle a été arrêtée, relancez-la :`"
        ),
        "`streamlit run yourscript.py`": "`make run`",
        "`Streamlit server is not responding. Are you connected to the internet?`": (
            "`Le serveur ne répond pas. Êtes-vous connecté à Internet ?`"
        ),
        "`Page not found`": "`Page introuvable`",
        "`The page that you have requested does not seem to exist`": "`Cette adresse ne mène à aucune page`",
        "`${t}. Running the app's main page.`": "`${t} ; voici la vue d'ensemble.`",
        "`Running...`": "`Calcul en cours…`",
    },
}
