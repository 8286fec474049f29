"""Taking stock: who may be texted at all, what about the others; as a page and as sheets."""

from collections.abc import Iterator

from flask import Blueprint, render_template, request

from hub.consent import purposes, stock
from hub.consent.ways import WORDS as WAYS
from hub.factory import Hub
from hub.messages import stock_sheet
from hub.store.connections import ConnectionRow
from hub.values import sheet
from hub.web.console import trail
from hub.web.console.download import download
from hub.web.console.guarding import Page, administrator_only
from hub.web.console.tools import language_of


def add(pages: Blueprint, hub: Hub) -> None:
    """Add the pages."""
    guarded = administrator_only(hub)

    @pages.get("/stock")
    @guarded
    def stock_() -> Page:
        rows = _sources(hub)
        row = _chosen(rows, request.args.get("connection"))
        with hub.database.read() as tx:
            wanted = purposes.every(tx)
            tallies = stock.take(tx, row.id, wanted, hub.policy, hub.clock()) if row else []
        return render_template(
            "console/stock.html",
            rows=rows,
            row=row,
            tallies=tallies,
            labels={purpose.key: purpose.label for purpose in wanted},
            ranked=stock_sheet.ranked,
            why=stock_sheet.why,
            kinds=stock_sheet.KINDS,
            ways=WAYS,
            encodings=list(sheet.ENCODINGS),
        )

    @pages.post("/stock/counts.csv")
    @guarded
    def stock_counts() -> Page:
        language = language_of(hub)
        rows = _asked(_sources(hub))
        with hub.database.read() as tx:
            wanted = purposes.every(tx)
            lines = [
                line
                for row in rows
                for line in stock_sheet.counts(
                    row.name,
                    stock.take(tx, row.id, wanted, hub.policy, hub.clock()),
                    language,
                )
            ]
        head = [words.in_(language) for words in stock_sheet.COUNTS_HEAD]
        return download("stock-counts.csv", sheet.write(head, lines, _encoding()))

    @pages.post("/stock/records.csv")
    @guarded
    def stock_records() -> Page:
        language = language_of(hub)
        rows = _asked(_sources(hub))
        clear = "clear" in request.form
        # Written down before a number leaves: what is broken off has shown some, too.
        names = {"connections": [row.id for row in rows]}
        trail.note(hub, "stock.exported_clear" if clear else "stock.exported", "stock", names)

        def lines() -> Iterator[list[str]]:
            with hub.database.read() as tx:
                wanted = purposes.every(tx)
                for row in rows:
                    found = stock.lines(tx, row.id, wanted, hub.policy, hub.clock())
                    yield from stock_sheet.records(
                        tx, hub.cipher, row.name, found, language, clear=clear
                    )

        head = [words.in_(language) for words in stock_sheet.RECORDS_HEAD]
        return download("stock-records.csv", sheet.write(head, lines(), _encoding()))


def _sources(hub: Hub) -> list[ConnectionRow]:
    return [row for row in hub.connections.rows() if "contact_source" in hub.connections.roles(row)]


def _chosen(rows: list[ConnectionRow], name: str | None) -> ConnectionRow | None:
    found = [row for row in rows if row.name == name] or rows
    return found[0] if found else None


def _asked(rows: list[ConnectionRow]) -> list[ConnectionRow]:
    name = request.form.get("connection")
    return [row for row in rows if row.name == name] if name else rows


def _encoding() -> str:
    asked = request.form.get("encoding", "")
    return asked if asked in sheet.ENCODINGS else sheet.DEFAULT
