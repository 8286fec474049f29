"""Doubles of a platform and of a gateway, in this process; both play their roles in full."""

import os
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hub.sdk import (
    Activity,
    Answer,
    ConsentReading,
    GatewayProfile,
    OptOut,
    Outcome,
    OutcomeState,
    Outgoing,
    Page,
    Receipt,
    ReceiptState,
    Ref,
    SourceContact,
    SourceField,
    TransientError,
)

AGREED = datetime(2025, 11, 1, 3, 0, tzinfo=UTC)


def contact(
    place: int, number: str, *, says: Answer = Answer.YES, name: str = "佐藤"
) -> SourceContact:
    return SourceContact(
        ref=Ref("12", str(place)),
        number=number,
        version="1",
        name=name,
        attributes={"store": "新宿店"},
        consents=[
            ConsentReading(
                answer=says,
                field="sms",
                value="はい",
                purpose="campaign",
                at=AGREED,
                wording="SMSでお知らせを受け取ります",
                method="checkbox",
                default_ticked=False,
            )
        ],
    )


class Platform:
    """Holds people; can be read, written and noted on, or be away."""

    def __init__(self, people: Sequence[SourceContact] = ()) -> None:
        self.people = {person.ref: person for person in people}
        self.away = False
        self.reads = 0
        self.opt_outs: list[OptOut] = []
        self.notes: dict[str, Activity] = {}
        self.outcomes: list[OutcomeState] = []

    def say(self, place: int, answer: Answer) -> None:
        ref = Ref("12", str(place))
        person = self.people[ref]
        reading = replace(person.consents[0], answer=answer, value="いいえ", at=None)
        self.people[ref] = replace(person, consents=[reading], version="2")

    def agree(self, place: int, at: datetime) -> None:
        """The person agrees anew."""
        ref = Ref("12", str(place))
        person = self.people[ref]
        reading = replace(person.consents[0], answer=Answer.YES, value="はい", at=at)
        self.people[ref] = replace(person, consents=[reading], version=f"{at}")

    def fields(self) -> Sequence[SourceField]:
        return []

    def changed(self, cursor: str | None) -> Page[SourceContact]:
        return Page(items=list(self.people.values()), cursor="end", done=True)

    def get(self, refs: Sequence[Ref]) -> dict[Ref, SourceContact | None]:
        if self.away:
            raise TransientError("The platform is away. Wait.", "接続できません。")
        self.reads += len(refs)
        return {ref: self.people.get(ref) for ref in refs}

    def refs(self, cursor: str | None) -> Page[Ref]:
        return Page(items=list(self.people), cursor=None, done=True)

    def record(self, opt_outs: Sequence[OptOut]) -> Sequence[Outcome]:
        self.opt_outs.extend(opt_outs)
        return [Outcome(id=each.id, ref=each.ref, state=OutcomeState.DONE) for each in opt_outs]

    def note(self, activities: Sequence[Activity]) -> Sequence[Outcome]:
        state = self.outcomes.pop(0) if self.outcomes else OutcomeState.DONE
        if state is OutcomeState.DONE:
            self.notes.update((each.id, each) for each in activities)
        return [Outcome(id=each.id, ref=each.ref, state=state) for each in activities]


class Gateway:
    """Takes SMS. `answers` are given in turn, an exception among them raised; then it accepts.

    Every post is kept in `posts`, and as a line of the file `log` where there is one, so that it
    outlives a killed process. A gateway idempotent by key sends each key once.
    """

    def __init__(
        self,
        *,
        idempotency: str = "key",
        rate: float = 10_000,
        burst: int = 10_000,
        log: Path | None = None,
        unsupported: str = "",
    ) -> None:
        self.profile = GatewayProfile(
            rate=rate,
            burst=burst,
            idempotency=idempotency,
            unsupported=unsupported,  # type: ignore[arg-type]
        )
        self.log = log
        self.answers: list[Receipt | Exception] = []
        self.posts: list[Outgoing] = []
        self.found: dict[str, object] = {}
        self.gates: list[threading.Event] = []
        self._lock = threading.Lock()

    def send(self, outgoing: Outgoing) -> Receipt:
        with self._lock:
            answer = self.answers.pop(0) if self.answers else None
            gate = self.gates.pop(0) if self.gates else None
            self.posts.append(outgoing)
            if self.log is not None:
                with self.log.open("ab") as file:
                    file.write(f"{outgoing.id}\n".encode())
                    file.flush()
                    os.fsync(file.fileno())
        if gate is not None:
            gate.wait(10)
        if isinstance(answer, Exception):
            raise answer
        return answer or Receipt(
            state=ReceiptState.ACCEPTED, reference=f"ref-{outgoing.id}", billed_units=1
        )

    def find(self, key: str) -> object:
        answer = self.found.get(key)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def posts_by_key(self) -> Counter[str]:
        return Counter(each.id for each in self.posts)
