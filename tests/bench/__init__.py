"""Ratios taken side by side in one run: `make bench`, or `python -m tests.bench [MEASURE…] [--tours N]`.

Not a test: a missed aim is printed, never a failure. What is compared is measured in turns, so that a busy machine
weighs on both sides; figures are medians. Everything is written in a temporary folder.
"""
