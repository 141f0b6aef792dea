"""Charts: described as marks on axes, drawn as SVG, the same for the same records."""
