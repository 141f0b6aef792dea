"""The engines: one file each, importable without the library that it wraps."""
