"""Damage to files, as disks and other programs do it."""


def flip(path, at):
    """Flip a bit, or flip it back; which one depends on the place."""
    with path.open("r+b", buffering=0) as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << at % 8]))


def in_place(path, make):
    """Make something else where the file was."""
    path.unlink()
    make(path)
