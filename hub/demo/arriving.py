"""Steps 1 to 3: everything runs, people are pulled, lone tick boxes get their proof."""

from datetime import UTC, datetime
from functools import partial

from hub.consent import collections
from hub.consent.entry import Method
from hub.demo.cast import CAMPAIGN
from hub.demo.stage import Stage
from hub.demo.telling import Teller
from hub.demo.wait import check, until
from hub.store import counts, runs
from hub.store.connections import ConnectionRow
from hub.store.runs import RunRow
from hub.values.labels import VERDICTS
from hub.values.words import Words

PROVES_NOTHING = ("unproven", "undated")


def start(stage: Stage, tell: Teller) -> None:
    """Tell what runs."""
    tell.step("起動しました", "Everything is running")
    for name, sandbox in stage.sandboxes.items():
        url = sandbox.base_url
        tell.fact(f"サンドボックス {name}: {url}", f"sandbox {name}: {url}")
    tell.fact(f"ハブ: {stage.public_url}", f"hub: {stage.public_url}")
    tell.fact(
        "デモでは広告の送信禁止時間帯を無効にしています(通常は20:00〜09:00は待機)",
        "quiet hours are off in this demo (advertising normally waits from 20:00 to 09:00)",
    )


def pull(stage: Stage, tell: Teller) -> None:
    """Show what the first pull found, and why most may not be texted."""
    tell.step("連絡先と許諾の証拠を読み込みました", "People were pulled, with proof of consent")
    connections = stage.hub.connections
    for row in connections.rows():
        if "contact_source" not in connections.roles(row):
            continue
        run = until(
            partial(_done, stage, row),
            Words(f"{row.label}の読み込み", f"the pull of {row.label}"),
        )
        tell.fact(f"{row.label}: {run.read}件", f"{row.label}: {run.read} records")
        tell.counts(_verdicts(stage, row), VERDICTS)


def declare(stage: Stage, tell: Teller) -> None:
    """Give the lone tick boxes their proof: an administrator's signed statement."""
    tell.step(
        "証拠のないチェックに「取得方法の申告」を付けました",
        "Lone tick boxes got their proof: a collection was declared and signed",
    )
    hub = stage.hub
    for scene in stage.scenes:
        row = hub.connections.row(scene.people)
        before = _verdicts(stage, row)
        lone = _unproven(before)
        check(lone > 0, Words("証拠のないレコードがあること", "there are unproven records"))
        with hub.database.write() as tx:
            collections.declare(
                tx,
                connection_id=row.id,
                purpose_key=CAMPAIGN,
                method=Method.CHECKBOX,
                wording="お得な情報・キャンペーンのご案内をSMSで受け取ることに同意します。",
                statement="店頭タブレットの会員登録フォームで、本人がチェックを入れました。",
                signed_by="管理者(デモ)",
                period_from=datetime(2024, 4, 1, tzinfo=UTC),
                default_ticked=False,
                form_url="https://shop.example/register",
                now=hub.clock(),
            )
        hub.bells.pull(row.id)
        until(partial(_all_proven, stage, row), Words("再判定", "the records to be judged anew"))
        gained = _verdicts(stage, row).get("consented", 0) - before.get("consented", 0)
        tell.fact(
            f"{row.label}: 証拠不十分 {lone}件 → 0件、許諾あり +{gained}件",
            f"{row.label}: not proven {lone} → 0, consent on record +{gained}",
        )


def _done(stage: Stage, row: ConnectionRow) -> RunRow | None:
    with stage.hub.database.read() as tx:
        latest = runs.latest(tx, row.id)
    return next((run for run in latest if run.state == "done" and run.read), None)


def _verdicts(stage: Stage, row: ConnectionRow) -> dict[str, int]:
    with stage.hub.database.read() as tx:
        return counts.verdicts(tx, row.id)


def _all_proven(stage: Stage, row: ConnectionRow) -> bool:
    return not _unproven(_verdicts(stage, row))


def _unproven(verdicts: dict[str, int]) -> int:
    return sum(verdicts.get(code, 0) for code in PROVES_NOTHING)
