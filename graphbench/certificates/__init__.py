"""Checks of answers that trust no engine: each module opens with its theorem."""
