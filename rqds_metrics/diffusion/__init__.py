"""What leaves the house: figures as SVG, and the documents made of them."""

from pathlib import Path

POLICES = Path(__file__).with_name("polices")  # the fonts of every document
