"""Charts in one style: matplotlib drawings as SVG, the same for the same records, or as PNG."""
