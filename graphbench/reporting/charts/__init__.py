"""Charts in one style: matplotlib figures drawn to SVG that is the same for the same records, or to PNG."""
