"""Estimates of what a GPU would do, from reference records that ship with the package. No estimate becomes a record."""
