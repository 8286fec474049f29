"""The draft of a leak report in words: the items of the law, filled in as far as counts go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hub.access.leak import THRESHOLD, Deadlines, LeakFacts
from hub.consent.printed import Printed
from hub.values.words import Language, Words

ITEMS: Mapping[str, Words] = {
    "number": Words("携帯電話番号", "Mobile number"),
    "number_masked": Words("携帯電話番号(一部を伏せた表示)", "Mobile number, partly hidden"),
    "name": Words("氏名などの差し込み項目", "Name and other merge fields"),
    "history": Words("許諾・撤回の履歴", "History of consents and withdrawals"),
    "record": Words("接続先のレコード番号", "Record ids in the platforms"),
    "text": Words("SMSの本文", "Text of SMS"),
    "exclusion": Words("送信除外リストの登録", "Entries of the exclusion list"),
}

TITLE = Words("個人データ漏えい等報告書(下書き)", "Report of a leak of personal data (draft)")
BLANK = Words("【担当者が記入】", "[to be written by a human]")
_ENCRYPTED = Words(
    "データベース内の番号・氏名・本文はAES-256-GCMで暗号化され、鍵はデータベースの外にあります。"
    "漏えいしたものがデータベースのファイルだけなら、高度な暗号化の例外に当たるかを検討してください。",
    "Numbers, names and texts in the store are encrypted (AES-256-GCM), the key is outside of it. "
    "If only files of the store leaked, consider the exception for strong encryption.",
)
_KINDS = Words(
    "要配慮個人情報、財産的被害のおそれ、不正の目的によるおそれがあるときは1人でも報告が必要です。",
    "Sensitive data, a risk of loss of property or a likely wrongful purpose make it reportable "
    "from one person on.",
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One item of the report: what the hub can say, and what a human has to."""

    title: Words
    lines: Sequence[Words]
    ask: Words | None


def sections(facts: LeakFacts, due: Deadlines | None, about: Words) -> list[Section]:
    """Give the report's items in the order of 施行規則 art. 8; `about` names what was looked at."""
    return [
        Section(
            title=Words("1. 概要", "1. Outline"),
            lines=[about, *_duty(facts, due)],
            ask=Words(
                "いつ、どこで、何が起きたか。発覚の経緯。",
                "What happened, when and where; how it came to light.",
            ),
        ),
        Section(
            title=Words("2. 漏えい等した個人データの項目", "2. Items of personal data"),
            lines=[*(ITEMS[item] for item in facts.items), _ENCRYPTED],
            ask=Words("実際に漏えいした項目。", "Which of these leaked."),
        ),
        Section(
            title=Words("3. 本人の数", "3. Number of people"),
            lines=_people(facts),
            ask=Words("報告する人数。", "The number to report."),
        ),
        _open("4. 原因", "4. Cause", "発生の原因。", "Why it happened.", _acts(facts)),
        _open(
            "5. 二次被害の有無とその内容",
            "5. Secondary damage",
            "二次被害またはそのおそれ。",
            "Damage that followed or may follow.",
        ),
        _open(
            "6. 本人への対応の実施状況",
            "6. Response to the people concerned",
            "本人への通知の時期と方法。",
            "When and how they were told.",
            [
                Words(
                    "対象者は hub audit export で操作履歴から、番号は各自の記録から確認できます。",
                    "Whom it concerns stands in the trail (hub audit export), contact by contact.",
                )
            ],
        ),
        _open(
            "7. 公表の実施状況",
            "7. Publication",
            "公表の有無、時期、方法。",
            "Whether, when and how it was published.",
        ),
        _open(
            "8. 再発防止のための措置",
            "8. Prevention",
            "実施済みと予定の措置。",
            "What was done and will be done.",
        ),
        _open(
            "9. その他参考となる事項",
            "9. Other matters",
            "他の機関への報告など。",
            "Reports to other authorities and the like.",
        ),
    ]


def markdown(title: str, parts: Sequence[Section], language: Language) -> str:
    """Give the draft as Markdown."""
    lines = [f"# {title}", ""]
    for part in parts:
        lines += [f"## {part.title.in_(language)}", ""]
        lines += [f"- {each.in_(language)}" for each in part.lines]
        if part.ask is not None:
            lines += ["", f"**{BLANK.in_(language)}** {part.ask.in_(language)}"]
        lines.append("")
    return "\n".join(lines)


def page(parts: Sequence[Section], language: Language) -> str:
    """Give the draft as a page to print."""
    printed = Printed(language)
    out = [printed.begin(printed.said(TITLE))]
    for part in parts:
        items = "".join(f"<li>{printed.said(each)}</li>" for each in part.lines)
        out.append(f"<h2>{printed.said(part.title)}</h2>" + (f"<ul>{items}</ul>" if items else ""))
        if part.ask is not None:
            out.append(f"<blockquote>{printed.said(BLANK)} {printed.said(part.ask)}</blockquote>")
    return "\n".join([*out, "</body></html>\n"])


def _open(ja: str, en: str, ask_ja: str, ask_en: str, lines: Sequence[Words] = ()) -> Section:
    return Section(title=Words(ja, en), lines=lines, ask=Words(ask_ja, ask_en))


def _duty(facts: LeakFacts, due: Deadlines | None) -> list[Words]:
    over = Words(
        f"人数が{THRESHOLD:,}人を超える可能性があります。原因を問わず報告の対象です。",
        f"It may be more than {THRESHOLD:,} people, which is reportable whatever the cause.",
    )
    under = Words(
        f"操作履歴で分かる人数は{THRESHOLD:,}人以下です。",
        f"By the trail it is not more than {THRESHOLD:,} people.",
    )
    lines = [over if facts.over_threshold else under, _KINDS]
    if due is not None:
        lines.append(
            Words(
                f"速報の期限: おおむね{_ja(due.first_from)}〜{_ja(due.first_until)}。"
                f"確報の期限: {_ja(due.full)}(不正の目的によるおそれがあるときは"
                f"{_ja(due.full_wrongful)})。",
                f"First report due about {due.first_from} to {due.first_until}. Full report due "
                f"{due.full}, or {due.full_wrongful} where the purpose is likely wrongful.",
            )
        )
    return lines


def _people(facts: LeakFacts) -> list[Words]:
    return [
        Words(
            f"操作履歴に1人ずつ記録された人: {facts.people:,}人。",
            f"People named one by one in the trail: {facts.people:,}.",
        ),
        Words(
            f"一覧と書き出しを含めた上限: {facts.at_most:,}人。",
            f"At most, with lists and exports: {facts.at_most:,}.",
        ),
        Words(
            f"期間中に送信されたSMS: {facts.sent.messages:,}通、{facts.sent.people:,}人。",
            f"SMS sent in the span: {facts.sent.messages:,}, to {facts.sent.people:,} people.",
        ),
    ]


def _acts(facts: LeakFacts) -> list[Words]:
    lines = [
        Words(f"{action}: {count:,}回", f"{action}: {count:,} times")
        for action, count in facts.acts.items()
    ]
    if facts.actors:
        names = ", ".join(facts.actors)
        lines.append(Words(f"操作者: {names}", f"Actors: {names}"))
    if facts.addresses:
        names = ", ".join(facts.addresses)
        lines.append(Words(f"接続元アドレス: {names}", f"Network addresses: {names}"))
    return lines


def _ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
