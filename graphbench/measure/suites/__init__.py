"""Suites: the matrix of algorithms, datasets and engines, measured over hours, stopped and resumed at will."""
