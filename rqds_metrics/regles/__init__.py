"""Pure rules: cible, attendu, statut, phrase. No clock, no SQL, no Streamlit in here."""
