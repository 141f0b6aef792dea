"""What names of columns say of them: an end, a weight, a number of the row, a relation, a quantity of a vertex."""

from __future__ import annotations

import re

_END = r"(id|ids|ip|node|nodeid|vertex|vertexid|name|label|key|address|account|user|airport|station|stop)?"
_SOURCES = re.compile(rf"(source|src|from|origin|start){_END}|u|citing|(node|vertex|id|person|user)(1|a)|sourcenode")
_TARGETS = re.compile(
    rf"(target|tgt|dst|dest|destination|to|end){_END}|v|cited|(node|vertex|id|person|user)(2|b)|targetnode"
)
WEIGHTS = re.compile(r"weights?|w|values?|costs?|distances?")
NO_ENDS = re.compile(r"weights?|values?|costs?|distances?")
"""Names of weights that are no usual ones of an end, as `w` beside `v` is."""
_NOUN = 4
"""Letters that a noun has at least."""
PAIRS = (
    ("source", "target"),
    ("src", "dst"),
    ("from", "to"),
    ("payer", "payee"),
    ("sender", "receiver"),
    ("sender", "recipient"),
    ("buyer", "seller"),
    ("debtor", "creditor"),
    ("follower", "followee"),
    ("caller", "callee"),
    ("parent", "child"),
    ("head", "tail"),
    ("subject", "object"),
)
"""Names that belong together; they only order the suggestions of a refusal."""
OF_ONE_KIND = re.compile(
    r"one|two|other|first|second|left|right|head|tail|rows?|col(umn)?s?|node|vertex|friend|neighbou?rs?|follow(s|er|ee|ed)?|"
    r"adjacent|parent|child|next"
)
"""Names of an end that leave it to the other what it is."""
NUMBER_OF_THE_ROW = re.compile(r"(|row)(index|idx)|rn|row(names?|number|nr|no|id)")
RELATION = re.compile(r"(|edge|link|interaction)(type|kind)|relation(|s|ship|id|name|type)|rel|predicate|interaction")
_NO_WEIGHT = (
    r"(|line|record|tx|txn|trx|transaction|order|payment|event|edge|arc|link|way|osm)(id|no|number|index)|"
    rf"{NUMBER_OF_THE_ROW.pattern}|{RELATION.pattern}|key|label|directed|oneway|rank|class|"
    r"category|.*(date|timestamp)|(|date|unix|epoch|event|start|end)time|(created|updated|sent)(at|on)|ts|epoch|"
    r".*(?<!per)year|month|day|hour|when"
)
UNNAMED = re.compile(r"|Unnamed: [0-9]+|__index_level_0__")
"""A column without a name, and what pandas calls it."""
NEVER_WEIGHTS = re.compile(_NO_WEIGHT)
"""Names of numbers that are no weights unless the user says so."""
ID = re.compile(r"(?i:.*[ _.-]id)|.*[a-z]I[Dd]")
OF_THE_ROW = re.compile(rf"{_NO_WEIGHT}|.*time|txn|transaction")
OF_VERTICES = re.compile(r"(node|vertex)(|id)")
"""The first column of a table that describes vertices."""
OF_A_VERTEX = re.compile(
    r"(in|out)?degree|label|name|type|class|group|community|cluster|colou?r|size|age|lat|lon|latitude|longitude|"
    r"pagerank|score|rank|title|description|component|partition|population"
)


def word(name: str) -> str:
    """A name without case, blanks and punctuation, as the patterns here expect it."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def is_source(name: str) -> bool:
    """Whether a column's name is one that sources usually have."""
    return _SOURCES.fullmatch(word(name)) is not None


def is_target(name: str) -> bool:
    """Whether a column's name is one that targets usually have."""
    return _TARGETS.fullmatch(word(name)) is not None


def is_end(name: str) -> bool:
    """Whether a column's name is one that an end usually has."""
    return is_source(name) or is_target(name) or any(word(name) in pair for pair in PAIRS)


def are_of_one_kind(one: str, other: str) -> bool:
    """Whether two ends are of one kind by their names: a known pair, or with one noun (start station, end station)."""
    if one == other or (one, other) in PAIRS or OF_ONE_KIND.fullmatch(one) or OF_ONE_KIND.fullmatch(other):
        return True
    if one[-_NOUN:] == other[-_NOUN:] and len(one[-_NOUN:]) == _NOUN:
        return True
    qualified = not one.startswith(other) and not other.startswith(one)  # account from and to; not user and user group
    return qualified and one[:_NOUN] == other[:_NOUN] and len(one[:_NOUN]) == _NOUN
