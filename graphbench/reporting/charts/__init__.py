"""Charts: described as marks on axes, drawn as SVG or by matplotlib, the same for the same records."""

FORMS = (".svg", ".png", ".pdf")
"""The files of charts; all but SVG are drawn by matplotlib."""
