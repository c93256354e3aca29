"""Vendor names in one normal form, so that spellings of one company meet."""

import re
import unicodedata

_FORMS_AT_THE_END = """
ab; ag; aktiengesellschaft; aps; a s; as; asa; bhd; bv; bvba; co; company; corp; corporation; cv;
doo; eg; ev; gbr; gesmbh; ggmbh; gmbh; haftungsbeschrankt; inc; incorporated; kft; kg; kgaa; kk;
limitada; limited; llc; llp; lp; ltd; ltda; mbh; nv; oao; ohg; ooo; oy; oyj; plc; private;
proprietary; pte; pty; public limited company; pvt; s a; s a s; s l; s p a; s r l; s r o; sa; sarl;
sas; sasu; sdn; se; sl; slu; snc; sp z o o; sp z oo; spa; spzoo; srl; sro; ug; ulc; unlimited; zrt
"""
_LEGAL_FORMS = frozenset(tuple(form.split()) for form in _FORMS_AT_THE_END.split(";"))
_LONGEST = max(len(form) for form in _LEGAL_FORMS)
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "&": " and ",
    }
)
_TRADING_AS = re.compile(r"\bt\s*/\s*a\b|\btrading as\b")
_DROPPED = frozenset(".'\N{RIGHT SINGLE QUOTATION MARK}`")
_JOINER = "and"


def normal_form(name: str) -> str:
    """Return the form under which spellings of one vendor are the same.

    Case, accents, punctuation and legal forms at the end go (Ltd, GmbH, Pty Ltd, S.A.S.). A trading
    name ("T/A", "trading as") becomes "t a"; everything else stays, in order. A name of legal forms
    alone stays as it is. Running it twice changes nothing more.
    Example: "Müller & Söhne GmbH & Co. KG" -> "muller and sohne".

    Source: vendor aliases.
    """
    words = _words(name)
    kept = _without_legal_forms(words)
    return " ".join(kept or words)


def _words(name: str) -> list[str]:
    # Folding case can decompose, and decomposing can bring capitals back: fold on both sides.
    folded = _decompose(_decompose(name).casefold()).casefold().translate(_LETTERS)
    plain = "".join(
        character if character.isalnum() else " "
        for character in _TRADING_AS.sub(" t a ", folded)
        if character not in _DROPPED and not unicodedata.combining(character)
    )
    return plain.split()


def _decompose(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def _without_legal_forms(words: list[str]) -> list[str]:
    kept = list(words)
    while kept:
        length = _legal_form_at_end(kept)
        if not length:
            break
        del kept[-length:]
        while kept and kept[-1] == _JOINER:
            del kept[-1]
    return kept


def _legal_form_at_end(words: list[str]) -> int:
    return next(
        (n for n in range(min(_LONGEST, len(words)), 0, -1) if tuple(words[-n:]) in _LEGAL_FORMS), 0
    )
