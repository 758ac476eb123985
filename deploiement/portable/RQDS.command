#!/bin/sh
# Ouvre l'application sur un Mac (ou sous Linux) : un double clic suffit.
cd "$(dirname "$0")/../.." || exit 1
if ! [ -x .venv/bin/python ]; then
  echo "Première ouverture : préparation, quelques minutes…"
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || ! python3 -m venv .venv; then
    echo "Python 3.11 ou plus récent n'est pas installé. Installez-le depuis python.org, puis recommencez."
    exit 1
  fi
fi
if ! cmp -s requirements.txt .venv/installe.txt; then
  if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt; then
    echo "L'installation n'a pas pu se terminer. Vérifiez la connexion à Internet, puis recommencez."
    exit 1
  fi
  cp requirements.txt .venv/installe.txt
fi
RQDS_BASE="${RQDS_BASE:-$PWD/data/rqds.duckdb}"
export RQDS_BASE
if [ -f "$RQDS_BASE" ]; then
  .venv/bin/python -m rqds_metrics sauvegarder || echo "La sauvegarde n'a pas pu se faire : voyez le message ci-dessus."
fi
exec .venv/bin/python -m streamlit run app.py "$@"
