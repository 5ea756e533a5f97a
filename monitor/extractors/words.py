"""Many words as one pattern: a prefix tree written as a regular expression.

An alternation of hundreds of words tries them one by one; the tree looks at each character once. Longer words win.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Letters of alphabets that set blanks between words.
LETTERS = "a-zß-öø-ÿœ"
_LETTER = re.compile(f"[{LETTERS}]")
#: No word of an alphabet goes on here.
END = f"(?![{LETTERS}])"
#: What ended here, if with a letter, does not go on with one. It stands once behind a tree: a look ahead in each of its
#: leaves says the same, and took a third of the time that a language's patterns take to compile.
_WHOLE = f"(?<![{LETTERS}](?=[{LETTERS}]))"
BLANK = " {0,3}+"
#: A letter by itself begins a line ("B. Assets") and is no scale or unit of the number before it.
ITEM = "[A-Za-z](?![A-Za-z])"
#: A line may end between a number and its scale or unit.
BREAK = f" {{0,3}}+(?:\n(?!{ITEM}) {{0,3}}+)?+"
#: From here on, characters belong to scripts without blanks between words.
_FIRST_COMPACT = "\u2e80"

_Node = dict[str, "_Node"]


def alternation(words: Iterable[str], *, compact: bool = False, backwards: bool = False, open_end: bool = False) -> str:
    """A pattern (one group, not capturing) that matches the longest of `words`, which are in lower case.

    Args:
        words: at least one; a blank in a word matches up to three blanks or line ends, a final `*` any letters.
        compact: blanks between ideographs or kana are passed over, and a blank or middle dot in a word may be missing.
        backwards: the pattern is for reversed text, from the last character of each word to its first.
        open_end: a word of letters may go on after its end.

    Raises:
        ValueError: no word at all, which would match everywhere.
    """
    root: _Node = {}
    whole = False
    for word in words:
        node = root
        stem = word.removesuffix("*")
        for char in reversed(stem) if backwards else stem:
            node = node.setdefault(char, {})
        ending = f"[{LETTERS}]*+" if stem != word else ""
        node[f"end {ending}"] = {}
        far = stem[0] if backwards else stem[-1]
        whole = whole or (not open_end and _LETTER.match(far) is not None)
    if not root:
        raise ValueError("an alternation needs at least one word")
    tree = _pattern(root, compact, first=True)
    return f"(?:{tree}{_WHOLE})" if whole else tree


def _pattern(node: _Node, compact: bool, *, first: bool = False) -> str:
    branches: list[str] = []
    singles: list[str] = []
    endings: list[str] = []
    for char, rest in node.items():
        if char.startswith("end "):
            endings.append(char[4:])
            continue
        head = _char(char, compact, first=first)
        tail = _pattern(rest, compact)
        if tail == "" and len(char) == 1 and head == re.escape(char):
            singles.append(char)
        else:
            branches.append(head + tail)
    if len(singles) == 1:
        branches.append(re.escape(singles[0]))
    elif singles:
        branches.append("[" + "".join(map(re.escape, singles)) + "]")
    branches += sorted(endings, reverse=True)
    return branches[0] if len(branches) == 1 else "(?:" + "|".join(branches) + ")"


def _char(char: str, compact: bool, *, first: bool) -> str:
    if char in " ・" and compact:
        return "[ ・\n]{0,3}+"
    if char == " ":
        return "[ \n]{1,3}+"
    if compact and not first and char >= _FIRST_COMPACT:
        return "[ \n]*+" + re.escape(char)
    return re.escape(char)


def squeezed(word: str, *, compact: bool) -> str:
    """The form under which a matched word is looked up: single blanks, or none where `compact`."""
    return "".join(word.replace("・", "").split()) if compact else " ".join(word.split())


def endings(words: Iterable[str], *, compact: bool) -> tuple[str, ...]:
    """What a text ends with that ends with one of the words; several words may end a compound, one stands alone."""
    return tuple(word if compact or " " in word else f" {word}" for word in words)
