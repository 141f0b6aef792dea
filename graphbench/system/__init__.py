"""This machine: files, memory, GPUs. Knows no graph and no engine."""
