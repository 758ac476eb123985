"""What leaves the house: figures as SVG, and the documents made of them."""
