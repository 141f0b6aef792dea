"""What a program does with NetworkX, and what a backend of it would do: `graphbench profile`."""
