"""Why a line of a list of numbers cannot be used, in words."""

from collections.abc import Mapping

from hub.values.labels import VERDICTS
from hub.values.words import Words

REFUSED: Mapping[str, Words] = {
    **{
        code: VERDICTS[code]
        for code in (
            "missing",
            "letters",
            "extension",
            "landline",
            "ip_phone",
            "pager_m2m",
            "toll_free",
            "foreign",
            "invalid",
        )
    },
    "encoding": Words("読めない文字が含まれています", "Characters that cannot be read"),
    "too_long": Words("行が長すぎます", "The line is too long"),
    "quotes": Words("引用符が閉じていません", "A quote is not closed"),
    "scope": Words(
        "範囲はall・promotional・purpose:利用目的のいずれかで書いてください",
        "Its scope is none of all, promotional and purpose:KEY",
    ),
    "date": Words(
        "日時は2026-01-31のように書いてください", "Its date is none; write it as in 2026-01-31"
    ),
    "date_ahead": Words("日時が未来です", "Its date lies ahead"),
}
"""By the code of `hub.contacts.exclusion_file.Refused`."""
