@echo off
rem Ouvre l'application sur un portable Windows : un double clic suffit.
chcp 65001 >nul
title Plan stratégique du RQDS
cd /d "%~dp0..\.."
if not exist ".venv\Scripts\python.exe" (
  echo Première ouverture : préparation, quelques minutes…
  py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" || goto python
  py -3 -m venv .venv || goto python
)
fc /b requirements.txt .venv\installe.txt >nul 2>&1 || (
  .venv\Scripts\python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt || goto reseau
  copy /y requirements.txt .venv\installe.txt >nul
)
if not defined RQDS_BASE set "RQDS_BASE=%CD%\data\rqds.duckdb"
if exist "%RQDS_BASE%" .venv\Scripts\python -m rqds_metrics sauvegarder || echo La sauvegarde n'a pas pu se faire : voyez le message ci-dessus.
.venv\Scripts\python -m streamlit run app.py
pause
exit /b
:python
echo Python 3.11 ou plus récent n'est pas installé. Installez-le depuis python.org, puis recommencez.
pause
exit /b 1
:reseau
echo L'installation n'a pas pu se terminer. Vérifiez la connexion à Internet, puis recommencez.
pause
exit /b 1
