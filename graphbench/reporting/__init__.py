"""Comparisons to text, tables and pages."""
