"""Passwords: which are good enough, and how they are kept.

argon2id with the parameters of the OWASP Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane),
as a PHC string, so that later ones can ask for more. Length counts, not kinds of characters
(OWASP ASVS 5.0.0, 6.2.1, 6.2.4, 6.2.5).
"""

import os
import re
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from hub.values.words import Words

SHORTEST = 12
LONGEST = 256
"""In characters."""

_KIB = 19 * 1024
_PASSES = 2
_FEWEST = 5
"""Different characters in a password."""

_COMMON = (
    "smsconnectorhub",
    "administrator",
    "abcdefghijkl",
    "motdepasse",
    "qwertyuiop",
    "asdfghjkl",
    "connector",
    "pasuwaado",
    "aikotoba",
    "baseball",
    "changeme",
    "doraemon",
    "football",
    "iloveyou",
    "kanrisha",
    "p@ssword",
    "passw0rd",
    "password",
    "passwort",
    "princess",
    "sunshine",
    "superman",
    "himitsu",
    "letmein",
    "trustno",
    "welcome",
    "zxcvbnm",
    "abcabc",
    "abcdef",
    "azerty",
    "dragon",
    "monkey",
    "nippon",
    "qazwsx",
    "qwerty",
    "sakura",
    "secret",
    "wsxedc",
    "admin",
    "japan",
    "tokyo",
    "root",
    "hub",
    "sms",
)
"""What everybody tries, the longest first."""
_RUNS = ("0123456789012345678901234567890", "abcdefghijklmnopqrstuvwxyzabcdefgh")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qazwsxedcrfvtgbyhnujm")

_TOO_SHORT = Words(
    f"パスワードは{SHORTEST}文字以上にしてください。言葉をいくつか並べると覚えやすくなります。",
    f"Use {SHORTEST} characters or more; a few words in a row are easy to remember.",
)
_TOO_LONG = Words(
    f"パスワードは{LONGEST}文字以内にしてください。",
    f"Use {LONGEST} characters at most.",
)
_EASY = Words(
    "推測されやすいパスワードです。関係のない言葉をいくつか組み合わせてください。",
    "This password is easy to guess. Put a few words together that do not belong together.",
)


def problem(password: str, login: str) -> Words | None:
    """Say what is wrong with a password for this login; None where it is good enough."""
    text = _same(password)
    if len(text) < SHORTEST:
        return _TOO_SHORT
    if len(text) > LONGEST:
        return _TOO_LONG
    return _EASY if _easy(text.casefold(), login.casefold()) else None


def make(password: str) -> str:
    """Give what is kept of a password: a salted argon2id hash as a PHC string."""
    hasher = Argon2id(salt=os.urandom(16), length=32, iterations=_PASSES, lanes=1, memory_cost=_KIB)
    return hasher.derive_phc_encoded(_same(password).encode())


def right(password: str, kept: str | None) -> bool:
    """Say whether this is the password; where none is kept, after the same work."""
    try:
        Argon2id.verify_phc_encoded(_same(password)[: LONGEST + 1].encode(), kept or _NOBODYS)
    except InvalidKey:
        return False
    return kept is not None


def _same(password: str) -> str:
    # The same password comes in other code points from another keyboard (NIST SP 800-63B, 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


def _easy(text: str, login: str) -> bool:
    if len(set(text)) < _FEWEST:
        return True
    name = login.partition("@")[0]
    left = text.replace(name, "") if len(name) > 2 else text
    # What is left after the words everybody tries, and runs of neighbours, must stand by itself.
    for word in _COMMON:
        left = left.replace(word, "")
    left = re.sub(r"[\W_]+", "", left)
    for run in (*_RUNS, *_ROWS):
        left = _without_runs(left, run)
    return len(left) < SHORTEST // 2


def _without_runs(text: str, run: str) -> str:
    for size in range(min(len(run), len(text)), 3, -1):
        for order in (run, run[::-1]):
            for at in range(len(order) - size + 1):
                text = text.replace(order[at : at + size], "")
    return text


_NOBODYS = make("nobody has this password")
"""Compared with where there is no such user, so that this takes as long."""
