"""Engines x datasets x algorithms as pytest-benchmark cases: `pytest --pyargs graphbench.benchmarks`.

What is measured is named by the options of :mod:`graphbench.benchmarks.plugin`; the cases are in
:mod:`graphbench.benchmarks.test_algorithms`.
"""
