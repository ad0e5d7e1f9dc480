"""Numbers as vendors write them, read as dbt reads them (macro safe_numeric)."""

from __future__ import annotations

import re
from decimal import Decimal

_BLANKS = " \t\n\r\u00a0\u2007\u2009\u202f\u3000\ufeff\u200b"
_DIGIT = "[0-9\uff10-\uff19]"
_SIGN = "[-+\uff0b\uff0d\u2212\u2013]"
_POINT, _COMMA = "[.\uff0e]", "[,\uff0c]"
# A comma parts the decimals unless it could part thousands: three digits after it say nothing.
_NUMBER = re.compile(
    f"[{_BLANKS}]*{_SIGN}?("
    f"({_DIGIT}{{1,30}}|{_DIGIT}{{1,3}}([{_BLANKS}]{_DIGIT}{{3}}){{1,9}})({_POINT}{_DIGIT}{{0,30}})?"
    f"|{_POINT}{_DIGIT}{{1,30}}"
    f"|{_DIGIT}{{1,30}}{_COMMA}({_DIGIT}{{1,2}}|{_DIGIT}{{4,30}})"
    f"|[0\uff10]{_COMMA}{_DIGIT}{{3}}"
    f")([eE]{_SIGN}?{_DIGIT}{{1,2}})?[{_BLANKS}]*"
)
_PLAIN = str.maketrans(
    "０１２３４５６７８９＋－−–．，,",
    "0123456789+---...",
    _BLANKS,
)


def read_number(text: str) -> Decimal | None:
    """The number that a cell holds; None when it is none.

    Read are blanks of any kind around it or between thousands, either sign, full-width digits, an
    exponent, and a decimal comma where it can be nothing else (`3,2`, never `1,024`).
    """
    return Decimal(text.translate(_PLAIN)) if _NUMBER.fullmatch(text) else None
