"""Which language a text is in, by its script first, by statistics where the script is shared."""

from __future__ import annotations

import re
from functools import cache
from threading import Lock

_KANA = re.compile(r"[\u3041-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LETTER = re.compile(r"[^\W\d_]")

#: So much is enough to tell; more is only slower.
_SAMPLE = 4000

_LOADING = Lock()

#: Fewer letters than this and the page's own word counts more than statistics.
_FEW = 120


def detect_language(text: str, declared: str = "", *, sure: bool = False) -> str:
    """BCP 47 tag of a text: `zh-Hans`, `zh-Hant`, `ja`, `en`, `de`, …; the declared one where it has no letters.

    Args:
        text: title and body.
        declared: what the page, the feed or the source says (`zh-CN`, `en_US`, "").
        sure: the operator says so: between languages that share the Latin script it counts more than statistics.

    >>> detect_language("可靈人工智能首季收入")
    'zh-Hant'
    >>> detect_language("可灵累计收入超过1亿元", "en")
    'zh-Hans'
    """
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    han = len(_HAN.findall(sample))
    kana = len(_KANA.findall(sample))
    primary = re.split(r"[-_]", declared.strip().lower())[0]
    if han + kana > letters * 0.25:
        # Japanese prose is never without kana; names of models and firms put a little into Chinese.
        if kana > max(2, (han + kana) * 0.05) or (primary == "ja" and kana):
            return "ja"
        return _script(sample, declared)
    if len(_HANGUL.findall(sample)) > letters * 0.25:
        return "ko"
    if letters == 0:
        return declared
    if (sure or letters < _FEW) and primary and primary not in {"zh", "ja", "ko"}:
        return primary
    # It takes 0.2 s to load, and texts in Chinese and Japanese never need it. Two threads would load it twice.
    import py3langid

    with _LOADING:
        found: str = py3langid.classify(sample)[0]
    return found


@cache
def _only_in(codec: str, other: str) -> frozenset[str]:
    """Ideographs of the basic block that one national charset has and the other lacks."""
    return frozenset(
        character
        for character in map(chr, range(0x4E00, 0x9FA6))
        if _encodes(character, codec) and not _encodes(character, other)
    )


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _script(text: str, declared: str) -> str:
    # GB 2312 is the charset of the simplified forms, Big5 of the traditional ones: no table of our own is needed.
    simplified = sum(character in _only_in("gb2312", "big5") for character in text)
    traditional = sum(character in _only_in("big5", "gb2312") for character in text)
    if simplified == traditional:
        return "zh-Hant" if re.search(r"hant|tw|hk|mo", declared, re.IGNORECASE) else "zh-Hans"
    return "zh-Hans" if simplified > traditional else "zh-Hant"
