"""Texts for strangers: without the folders of a user and the name of a machine."""

from __future__ import annotations

import getpass
import platform
import re
import tempfile
from pathlib import Path

from graphbench.system.files import home

_PATH_BEFORE = r"(?<![\w.~/-])"
"""Where a path begins: not within another path or a word."""
_USERS = re.compile(
    _PATH_BEFORE + r"(?:/(?:home|Users)/[^/\s\"'\\:;,]+|/root|[A-Za-z]:\\+Users\\+[^\\\s\"']+)(?![\w-])"
)
"""The home folder of anybody."""
_PACKAGES = re.compile(r"[^\s\"'=]*/(?:site|dist)-packages/")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = r"(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"
_ADDRESS = re.compile(rf"(?<=://){_NUMBER}|(?<![\d.]){_NUMBER}(?=:\d{{2,5}}\b)")
"""Numbers of machines in a network; versions have as many parts, but no port."""
_MIN_NAME = 4
"""Shorter names of users and machines are words, such as `me` and `vm`."""


def scrubbed(text: str) -> str:
    """The text with paths as others may read them: relative to where the user is, or to `~`.

    The folder of the package and of installed ones goes as well. What stays can still be typed: a shell and graphbench
    know `~`. A folder with the user's name becomes `USER`. The machine's name stays: see :func:`without_host`.
    """
    if "/" not in text and "\\" not in text:
        return text
    package = Path(__file__).parents[2]
    here, own, stored, temporary = Path.cwd(), Path.home(), home(), Path(tempfile.gettempdir())
    text = _PACKAGES.sub("", text)
    known = {package: "", here: "", stored: "$GRAPHBENCH_HOME/", own: "~/", temporary: "/tmp/"}  # noqa: S108 - a text
    for folder, instead in known.items():
        if folder != Path(folder.anchor):
            text = re.sub(rf"{_PATH_BEFORE}{re.escape(str(folder))}(?:/|(?![\w.-]))", instead, text)
    text = _USERS.sub("~", text)
    user = _user()
    return re.sub(rf"(?<=/){re.escape(user)}(?=/)", "USER", text) if user else text


def without_host(text: str) -> str:
    """The text with `HOST` for the name of this machine."""
    name = platform.node()
    short = name.partition(".")[0]
    for known in (name, short):
        if len(known) >= _MIN_NAME and known != "localhost":
            text = re.sub(rf"(?<![\w.-]){re.escape(known)}(?![\w-])", "HOST", text)
    return text


def personal(text: str) -> list[str]:
    """What of a text is somebody's: home folders, mail addresses, numbers of machines; each once."""
    found = [match[0] for pattern in (_USERS, _MAIL, _ADDRESS) for match in pattern.finditer(text)]
    return list(dict.fromkeys(found))


def _user() -> str:
    """The name of the user; empty where it is a word, or unknown."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return ""
    return name if len(name) >= _MIN_NAME and name != "root" else ""
