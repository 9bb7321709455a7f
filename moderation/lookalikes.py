"""Letters of other alphabets that are used to write Danish past a filter.

Only letters outside the Latin alphabet are mapped, so that æ, ø and å survive (tools that fold
everything to ASCII make *får* into *far*). Written down from the Unicode charts: each entry is a
letter that common fonts draw like the Latin one.
"""

from __future__ import annotations

from types import MappingProxyType

_CYRILLIC = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i",
    "ј": "j", "к": "k", "ӏ": "l", "м": "m", "п": "n", "о": "o", "р": "p", "ԛ": "q", "г": "r",
    "ѕ": "s", "т": "t", "ц": "u", "ѵ": "v", "ԝ": "w", "х": "x", "у": "y", "ү": "y", "ӕ": "æ",
    "ә": "e", "ө": "ø", "н": "h", "ь": "b", "ѡ": "w", "з": "3", "ԍ": "g", "и": "n", "я": "r",
}  # fmt: skip
_GREEK = {
    "α": "a", "β": "b", "ϲ": "c", "δ": "d", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "m",
    "ν": "v", "ο": "o", "ρ": "p", "σ": "o", "ς": "c", "τ": "t", "υ": "u", "χ": "x", "γ": "y",
    "ω": "w", "ϳ": "j", "ζ": "z", "φ": "ø", "π": "n",
}  # fmt: skip
_OTHER = {
    # Armenian, Cherokee (folded to capitals by casefold) and the letterlike Latin that NFKC keeps.
    "ո": "n", "ս": "u", "օ": "o", "հ": "h", "յ": "j", "զ": "q", "ց": "g", "ա": "w",
    "Ꭰ": "d", "Ꭱ": "r", "Ꭲ": "t", "Ꭺ": "a", "Ꭻ": "j", "Ꭼ": "e", "Ꮃ": "w", "Ꮇ": "m", "Ꮋ": "h",
    "Ꮐ": "g", "Ꮤ": "w", "Ꮪ": "s", "Ꮮ": "l", "Ꮯ": "c", "Ꮲ": "p", "Ꮶ": "k", "Ᏼ": "b",
    "ɑ": "a", "ı": "i", "ɩ": "i", "ȷ": "j", "ɡ": "g", "ʟ": "l", "ɪ": "i", "ʀ": "r", "ɢ": "g",
    "ʙ": "b", "ɴ": "n", "ʏ": "y", "ʜ": "h", "ᴀ": "a", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ᴊ": "j",
    "ᴋ": "k", "ᴍ": "m", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ᴢ": "z",
    "ᴁ": "æ", "ĸ": "k", "đ": "d", "ħ": "h", "ł": "l", "ŧ": "t", "ƒ": "f", "ǝ": "e", "ə": "e",
    "∂": "d", "℮": "e", "₤": "l", "€": "e", "¡": "i", "ß": "b",
}  # fmt: skip
_SQUARES = {
    **{chr(0x1F1E6 + index): chr(0x61 + index) for index in range(26)},  # regional indicators
    **{chr(0x1F150 + index): chr(0x61 + index) for index in range(26)},  # white on black circles
    **{chr(0x1F170 + index): chr(0x61 + index) for index in range(26)},  # white on black squares
}

# "€" and "ß" stand for letters only inside words of other letters; see `text`.
AMBIGUOUS = frozenset("€¡ßз")

LOOKALIKES = MappingProxyType(
    {
        letter: latin
        for table in (_CYRILLIC, _GREEK, _OTHER, _SQUARES)
        for letter, latin in table.items()
        if letter not in AMBIGUOUS
    }
)
