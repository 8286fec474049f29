"""One entry of the ledger as a page shows it, with all that it names."""

from collections.abc import Iterable, Mapping
from html import escape

from hub.consent.dossier import Proven
from hub.consent.ending import GRANTING, Ending
from hub.consent.export_words import EVENTS, GROUNDS, METHODS, TICKED, WITHDRAWALS
from hub.consent.printed import Printed, Row, exact, listed, quoted
from hub.store.proofs import OriginRow


class EntryPart:
    """Writes entries in one language; `origins` are the connections by id."""

    def __init__(self, printed: Printed, origins: Mapping[int, OriginRow]) -> None:
        self._p = printed
        self._origins = origins

    def entry(self, each: Proven) -> str:
        """Give one entry of the ledger with all that it names."""
        title = self._p.said(EVENTS.get(each.row.clear["event_type"]))
        rows = [*self._act(each), *self._shown(each), *self._whence(each), *self._after(each)]
        return (
            f'<section class="entry" id="seq-{each.row.seq}">'
            f"<h3>{each.row.seq}. {title}</h3>{listed(rows)}</section>"
        )

    def _act(self, each: Proven) -> Iterable[Row]:
        clear = each.row.clear
        occurred = self._p.when(clear["occurred_at"]) or self._p.field("unknown_time")
        yield self._p.row("occurred_at", occurred)
        yield self._p.row("recorded_at", self._p.when(clear["recorded_at"]))
        purpose = each.purpose
        named = f"{purpose.label} ({purpose.key}, v{purpose.version})" if purpose else ""
        text = quoted(purpose.text) if purpose else ""
        yield self._p.row("purpose", escape(named or self._p.scope(clear["purpose_key"])) + text)
        yield self._p.row("ground", self._p.said(GROUNDS.get(clear["ground"])))
        yield self._p.row("method", self._p.said(METHODS.get(clear["method"])))
        if clear["event_type"] in GRANTING:
            yield self._p.row("strength", str(clear["strength"]))
            yield self._p.row("ticked", self._p.said(TICKED[clear["default_ticked"]]))
        yield self._p.row("actor", escape(clear["actor"]))
        yield self._p.row("channel", escape(clear["channel"]))

    def _shown(self, each: Proven) -> Iterable[Row]:
        clear = each.row.clear
        if each.wording is not None:
            hashed = f"{exact(clear['wording_sha256'])} {escape(clear['wording_language'] or '')}"
            yield self._p.row("wording", f"{quoted(each.wording)}{hashed}")
        form = [escape(clear["form_url"] or "")]
        if clear["form_sha256"]:
            form.append(f'<a href="#text-{clear["form_sha256"]}">{exact(clear["form_sha256"])}</a>')
        yield self._p.row("form", " ".join(each for each in form if each))
        notice = " ".join(
            each for each in (clear["privacy_notice_url"], clear["privacy_notice_version"]) if each
        )
        yield self._p.row("notice", escape(notice))
        promised = ", ".join(self._p.scope(each) for each in clear["scope"])
        yield self._p.row("scope", escape(promised))
        ways = [self._p.named(WITHDRAWALS, each) for each in clear["withdrawal_methods"]]
        yield self._p.row("withdrawal", ", ".join(ways))
        yield self._p.row("recipients", escape(", ".join(clear["recipients"])))
        yield self._p.row("controller", escape(clear["controller"]))
        yield self._p.row("attachments", escape(", ".join(clear["attachments"] or ())))

    def _whence(self, each: Proven) -> Iterable[Row]:
        clear = each.row.clear
        if each.origin:
            account = f" {each.origin.account_label}" if each.origin.account_label else ""
            source = (
                f"{each.origin.label} ({each.origin.plugin}{account}) {clear['source_ref'] or ''}"
            )
            yield self._p.row("source", escape(source))
        if clear["source_field"]:
            value = f"{clear['source_field']} = {clear['source_value'] or ''}"
            yield self._p.row("value", escape(value))
        declared = each.collection
        if declared is not None:
            period = f"{self._p.when(declared.period_from)} – {self._p.when(declared.period_until)}"
            text = (
                f"{quoted(declared.statement)}"
                f"{self._p.field('signed_by')}: {escape(declared.signed_by)}, "
                f"{self._p.when(declared.declared_at)}<br>{self._p.field('period')}: {period}"
            )
            if declared.revoked_at:
                text += (
                    f'<br><span class="ended">{self._p.field("revoked")}: '
                    f"{self._p.when(declared.revoked_at)}</span>"
                )
            yield self._p.row("collection", f"no. {declared.id}{text}")

    def _after(self, each: Proven) -> Iterable[Row]:
        clear, row = each.row.clear, each.row
        yield self._p.row("expires_at", self._p.when(clear["expires_at"]))
        if clear["event_type"] in GRANTING:
            yield self._p.row("ended", self._ended(each.ending))
        sent = "<br>".join(
            f"{self._gateway(one.gateway_id)}: {one.count:,} "
            f"({self._p.when(one.first_at)} – {self._p.when(one.last_at)})"
            for one in each.sent
        )
        yield self._p.row("sent", sent)
        personal = "<br>".join(f"{escape(k)}: {escape(v)}" for k, v in each.personal.items())
        yield self._p.row(
            "personal", personal or self._p.field("kept" if each.personal_kept else "not_kept")
        )
        yield self._p.row("place", f"{row.seq} · {exact(clear['event_id'])}")
        yield self._p.row("prev_hash", exact(row.prev_hash.hex()))
        yield self._p.row("canonical", exact(each.canonical))
        yield self._p.row("hash", exact(row.hash.hex()))

    def _ended(self, ending: Ending | None) -> str:
        if ending is None:
            return self._p.field("stands")
        by = f"{self._p.said(EVENTS.get(ending.event_type))} {_link(ending.seq)}"
        if ending.undone_by is None:
            return f'<span class="ended">{by}</span>'
        again = self._p.said(EVENTS["renewed"])
        return f"{by} → {again} {_link(ending.undone_by)}"

    def _gateway(self, id_: int) -> str:
        origin = self._origins.get(id_)
        return escape(origin.label if origin else f"gateway:{id_}")


def _link(seq: int) -> str:
    return f'<a href="#seq-{seq}">{seq}</a>'
