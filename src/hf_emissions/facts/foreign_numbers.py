"""Large numbers as other languages write them: `1,3 Milliarden`, `1.2万亿`. Lower case is expected."""

from __future__ import annotations

import re

_SPELLINGS = {
    1e12: "billionen billones bilioni trilh(?:ões|ão) триллион\\w{0,3} трлн trilyun trilyon 万亿 萬億 兆 조",
    1e11: "千亿 千億",
    1e10: "百亿 百億",
    1e9: "milliarden? milliards? miliardi? miliard(?:y|ów) mil millones bilh(?:ões|ão) "
    "миллиард\\w{0,3} млрд milyar miljard\\w{0,3} "
    "tỷ tỉ mrd 十亿 十億",
    1e8: "亿 億 억",
    1e6: "millionen millones milioni milion(?:y|ów) milh(?:ões|ão) "
    "миллион\\w{0,3} млн milyon miljoon\\w{0,3} triệu mio 百万",
    1e4: "万 萬 만",
}
_FACTORS = [
    (re.compile(spelling.replace("_", " ")), factor)
    for factor, spellings in _SPELLINGS.items()
    for spelling in spellings.replace("mil millones", "mil_millones").split()
]
# Longer words first: 万亿 before 万.
_WORDS = sorted((pattern.pattern for pattern, _ in _FACTORS), key=len, reverse=True)
SCALE_WORD = "(?:" + "|".join(_WORDS) + r")\.?"
AMOUNT = r"(?:\d{1,3}(?:[. \u00a0\u2009\u202f]\d{3})+(?:,\d{1,3})?|\d{1,6}(?:[.,]\d{1,3})?)"
_GROUPED = re.compile(r"\d{1,3}(?:[. \u00a0\u2009\u202f]\d{3})+(?:,\d{1,3})?")


def foreign_number(amount: str, scale: str) -> float | None:
    """Value of an amount with a comma before its decimals, or of one in English digits, times its scale word."""
    factor = next((factor for pattern, factor in _FACTORS if pattern.fullmatch(scale.rstrip("."))), None)
    if factor is None:
        return None
    if _GROUPED.fullmatch(amount):
        amount = re.sub(r"[. \u00a0\u2009\u202f]", "", amount)
    return float(amount.replace(",", ".")) * factor
