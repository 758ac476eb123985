"""What happens to software that is kept for years, done to it on purpose: `python -m tests.chaos --help`.

Each module is one misfortune: `run(coups, chance, folder)` does it `coups` times, says where it stands, and raises
AssertionError where something was lost or a person would have been told nothing they can act on.
"""
