"""Adding up one numeral: digits, numeral words, places, scales and fractions, token by token."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import NamedTuple

from monitor.extractors.digits import Digits

_ZERO = Decimal(0)
_ONE = Decimal(1)
_TEN = Decimal(10)
_TWENTY = Decimal(20)
_HALF = Decimal("0.5")
#: Greater than any place or scale.
_ENDLESS = Decimal("1e99")
#: No sum of money or count is scaled beyond this; more scales in a row are not writing.
_LARGEST_SCALE = Decimal("1e24")
#: Exact for all that is read (24 digits and their decimals), and silent about anything longer.
_EXACT = Context(prec=60, traps=[])


class Reading(NamedTuple):
    """What a numeral says."""

    low: Decimal
    #: The upper end where the numeral is a range by itself (`七八成`), else None.
    high: Decimal | None
    #: Place of the last written digit, scale included.
    resolution: Decimal
    #: The scale (the product of adjoining ones), 1 without one.
    scale: Decimal
    #: A part of a whole (`two-thirds`), not yet in percent.
    fraction: bool
    #: The bound of a word inside the numeral (`30多亿`), else None.
    bound: str | None
    spelled: bool
    #: Nothing but an article, a scale or a fraction that needs a number: no numeral by itself.
    weak: bool
    #: A single digit in words (`一`): often a part of a word.
    single: bool = False
    #: Digits in a form that is no amount: `code` (leading zeros, too long) or `name` (`2.1.3`), else "".
    kind: str = ""


class Amount:
    """Adds up one numeral, token by token; each method says whether the token still belongs to it."""

    def __init__(
        self,
        *,
        compact: bool,
        bare_places: bool = False,
        last_tenths: bool = False,
        over: Decimal | None = None,
    ) -> None:
        self._compact = compact
        self._bare_places = bare_places
        self._last_tenths = last_tenths
        #: A zero has been said since the last place or scale (`一万零五`).
        self._zero = False
        #: The denominator that has been read before.
        self._over = over
        self._total = _ZERO
        self._section = _ZERO
        #: What stands before the next place or scale, None if nothing does.
        self._pending: Decimal | None = None
        self._row: list[Decimal] = []
        self._last = ""
        self._place = self._least = _ENDLESS
        self._resolution = _ONE
        self._scale = _ONE
        #: How far the lower end of a range within the numeral lies below it (`二三十`: 10), 0 without a range.
        self._spread = _ZERO
        self._fraction = self._weak = False
        self._digits = self._words = self._real = False
        self._bound: str | None = None
        #: One digit behind a scale, and no decimal before that.
        self._digit = False
        self._kind = ""
        self._tenth: Decimal | None = None
        #: How many of the last tokens say nothing (a point or joiner without what should follow).
        self.trailing = 0

    @property
    def scales(self) -> bool:
        """Whether a scale was read last."""
        return self._last == "scale"

    def _done(self, kind: str) -> bool:
        self._last = kind
        self.trailing = 0
        return True

    def digits(self, read: Digits, *, glued: bool) -> bool:
        """At the beginning, or behind a place or scale that is greater (`1亿2000万`)."""
        if self._tenth is not None or self._kind:
            return False
        if self._last:
            if self._last not in ("scale", "place") or read.kind or not (glued or self._compact):
                return False
            if read.value >= self._least or read.value >= self._place or self._resolution < 1:
                return False
            self._digit = read.value < _TEN and self._resolution >= self._least
        self._pending, self._resolution, self._kind = read
        self._digits = self._real = True
        return self._done("digits")

    def vulgar(self, digits: str) -> bool:
        """`2½` is folded to `21⁄2`: the numerator has one digit, what stands before it is whole."""
        if self._last:
            return False
        top, _, bottom = digits.partition("⁄")
        if not (top.isdigit() and bottom.isdigit() and len(digits) <= 8) or int(bottom) == 0:
            return False
        part = Decimal(top[-1]) / Decimal(bottom)
        self._pending = Decimal(top[:-1] or 0) + part
        self._fraction = len(top) == 1
        self._digits = self._real = True
        self._resolution = Decimal("0.1")
        return self._done("digits")

    def word(self, value: Decimal, *, article: bool) -> bool:
        """A numeral word: before a place or scale, as decimals, or beside another (`twenty five`, `九九`)."""
        self._zero = self._zero or not value
        if self._tenth is not None:
            if value >= _TEN:
                return False
            self._pending = (self._pending or _ZERO) + value * self._tenth
            self._resolution, self._tenth = self._tenth, self._tenth / _TEN
            return self._done("decimal")
        if self._last in ("digits", "counted", "half") or self._digits:
            return False
        if article and self._last == "joiner":
            self.trailing += 1
            return True
        if self._last == "alone":
            return article and self._done("alone")
        if self._pending is not None and self._last in ("word", "joiner"):
            if not self._joins(value, article=article):
                return False
        else:
            self._pending = value
            self._row = [value]
        self._words = True
        self._real = self._real or not article
        self._weak = not self._real
        self._resolution = _ONE
        return self._done("word")

    def _joins(self, value: Decimal, *, article: bool) -> bool:
        assert self._pending is not None
        if self._compact:
            if value >= _TEN or self._pending >= Decimal("1e20"):
                return False
            if self._pending == 0 and (self._total or self._section):
                self._row = []
            if self._pending >= _TWENTY and self._pending % _TEN == 0 and self._row == [self._pending]:
                # 廿八 is twenty-eight.
                self._pending += value
                self._row.append(value)
                return True
            self._pending = self._pending * _TEN + value
            self._row.append(value)
            return True
        if article:
            return False
        tens, ones = (self._pending, value) if self._pending > value else (value, self._pending)
        fits = tens >= 20 and tens % _TEN == 0 and 0 < ones < _TEN
        # `twenty five` needs no joiner, `fünfundzwanzig` does; `fünf zwanzig` and `twenty and five` are two numbers.
        if not fits or (self._last == "joiner") != (self._pending < value):
            return False
        self._pending += value
        return True

    def place(self, value: Decimal) -> bool:
        """Ten, a hundred, a thousand: each smaller than the one before."""
        if self._last == "place" and not self._compact:
            return False
        if value >= self._place or self._tenth is not None or self._last in ("joiner", "half", "decimal"):
            return False
        if len(self._row) > 1 or self._kind:
            if not self._ascending():
                return False
            self._spread = value
            self._pending = self._row[1]
            self._row = []
        if self._pending is None:
            # Ten is a numeral of its own, a hundred without a number is half a word.
            self._real = self._real or value == _TEN
            self._weak = not self._real
            self._pending = _ONE
            self._resolution = value
        else:
            self._resolution *= value
            self._weak, self._real = False, True
        self._section += self._pending * value
        self._pending, self._place, self._zero = None, value, False
        self._words = True
        return self._done("place")

    def scaled(self, value: Decimal) -> bool:
        """A thousand, 万 and more: multiplies what stands before it."""
        if self._last in ("joiner", "counted") or self._kind or self._scale >= _LARGEST_SCALE:
            return False
        self._tenth = None
        if self._ascending():
            self._spread = _ONE
            self._pending = self._row[1]
        head = self._section + (self._pending or _ZERO)
        if self._pending is None and not self._section:
            if self._last == "scale":
                self._total *= value
                self._scale *= value
                self._resolution *= value
            elif self._last not in ("", "vague"):
                return False
            else:
                self._total, self._scale, self._resolution = value, value, value
                self._weak = not self._real
        elif value < self._least:
            self._total += head * value
            self._scale = value
            self._resolution *= value
        else:
            self._total = (self._total + head) * value
            self._scale *= value
            self._resolution *= value
        self._spread *= value
        self._section, self._pending, self._row = _ZERO, None, []
        self._place, self._least, self._zero = _ENDLESS, value, False
        self._fraction = False
        if self._last == "word":
            self._weak, self._real = False, True
        return self._done("scale")

    def part(self, value: Decimal, *, counted: bool, scaled: bool) -> bool:
        """A part of a whole; `counted` needs a number before it, `scaled` has a scale behind it."""
        if self._last in ("counted", "scale", "place", "decimal", "half", "digits") and not (
            counted and self._last == "digits"
        ):
            return False
        if counted:
            if self._last == "joiner" or self._total or self._section:
                return False
            if self._pending is None:
                self._weak = True
            elif self._pending * value >= 1:
                return False
            else:
                self._weak, self._real = False, True
            self._pending = (self._pending if self._pending is not None else _ONE) * value
            self._fraction = True
        elif self._last == "joiner" and self._pending is not None:
            self._pending += value
            self._real, self._weak = True, False
        elif self._pending is not None and self._real and scaled:
            self._pending *= value
        elif self._pending is not None and not self._weak:
            return False
        else:
            self._pending = value
            self._fraction = self._real = True
            self._weak = False
        self._words = True
        self._row = []
        self._resolution = Decimal("0.01")
        return self._done("counted" if counted else "alone")

    def part_of_unit(self, value: Decimal) -> bool:
        """A part that counts before a unit (`eine halbe Stunde`)."""
        if self._last not in ("", "word") or self._real:
            return False
        self._pending, self._weak, self._words = value, True, True
        return self._done("alone")

    def half(self) -> bool:
        """A half more than the numeral before it, of its scale ("a billion and a half"), or than one (`個半`)."""
        if not self._compact and self._last == "scale":
            self._total += _HALF * self._scale
            self._resolution, self._weak = _HALF * self._scale, False
            return self._done("half")
        first = self._compact and not self._last
        if not (first or self._last in ("word", "digits")) or len(self._row) > 1:
            return False
        self._pending = (self._pending if self._pending is not None else _ONE) + _HALF
        self._resolution, self._words, self._real, self._weak = _HALF, True, True, False
        return self._done("half")

    def point(self) -> bool:
        """The decimal mark as a word."""
        if self._tenth is not None or self._last not in ("word", "place", "digits") or self._resolution < 1:
            return False
        if self._last == "place":
            self._pending = _ZERO
        self._tenth = Decimal("0.1")
        self._last = "point"
        self.trailing = 1
        return True

    def join(self) -> bool:
        """A word between two numerals of one (`two hundred and five`)."""
        if self._last not in ("word", "place"):
            return False
        self._last = "joiner"
        self.trailing = 1
        return True

    def inside(self, bound: str) -> bool:
        """A bound in the middle of a numeral (`30多亿`)."""
        if not self._last or self._bound is not None:
            return False
        self._bound = bound
        if self._pending is None and self._last == "scale":
            return self._done("scale")
        return self._done("inside" if self._pending is None else "word")

    def vague(self) -> bool:
        """A word that leaves open how many (`数百万`); only at the beginning."""
        if self._last:
            return False
        self._bound, self._real, self._words = "at_least", True, True
        return self._done("vague")

    def denominator(self) -> Decimal | None:
        """What has been read, as the lower part of a fraction."""
        bottom = self._total + self._section + (self._pending or _ZERO)
        whole = bottom > 1 and bottom == bottom.to_integral_value()
        return bottom if whole and not self._fraction and not self._kind and self._over is None else None

    def _ascending(self) -> bool:
        """Whether two digits in a row are the ends of a range: 七八 is seven or eight."""
        return self._compact and len(self._row) == 2 and 0 < self._row[0] == self._row[1] - 1

    def _tenths_of(self) -> Decimal:
        """What a single last digit in words counts: a tenth of the place or scale before it; 0 where it counts ones."""
        if self._last == "digits":
            # `2亿5`, and `1.2亿3` is nothing.
            single = self._last_tenths and self._digit and self._total and not self._section
            return self._least / _TEN if single else _ZERO
        if not self._last_tenths or self._last != "word" or self._digits or self._zero or len(self._row) != 1:
            return _ZERO
        unit = self._place if self._section else self._least if self._total else _ZERO
        return unit / _TEN if _TEN < unit < _ENDLESS else _ZERO

    def reading(self) -> Reading | None:
        """What has been read, None where it is nothing."""
        if not self._last or (self._over is not None and self._last == ""):
            return None
        low = _EXACT.add(self._total + self._section, self._pending or _ZERO)
        high = None
        if self._last == "word" and self._ascending():
            # Read as 78 so far.
            low += self._row[1] - (self._pending or _ZERO)
            self._spread = _ONE
        tenths = self._tenths_of()
        if tenths:
            low += (self._pending or _ZERO) * (tenths - 1)
            self._resolution = tenths
        if self._spread:
            low, high = low - self._spread, low
        fraction, weak = self._fraction, self._weak and not self._digits
        if self._over is not None:
            low, fraction, weak = _EXACT.divide(low, self._over), True, False
            high = None if high is None else _EXACT.divide(high, self._over)
        if self._bare_places and self._section and self._scale == _ONE:
            weak = False
        single = (
            self._words
            and not self._digits
            and self._compact
            and self._last == "word"
            and len(self._row) == 1
            and not self._total
            and not self._section
        )
        return Reading(
            low=low,
            high=high,
            resolution=self._resolution,
            scale=self._scale,
            fraction=fraction,
            bound=self._bound,
            spelled=not self._digits,
            weak=weak,
            single=single,
            kind=self._kind,
        )
