"""Mutated files: what reading must survive. Long runs: python -m tests.fuzz --nombre 20000 --graine 7."""
