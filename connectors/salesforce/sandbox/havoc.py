"""What an org does wrong on request, beyond what every sandbox can."""

from collections.abc import Callable

from connectors.salesforce.sandbox.app import Api
from connectors.salesforce.sandbox.identity import Identity
from connectors.salesforce.sandbox.org import MOST_CALLS, Org
from connectors.salesforce.sandbox.schema import Field
from connectors.salesforce.sandbox.tokens import Tokens


class Havoc:
    """The org's own faults and limits."""

    def __init__(self, org: Org, tokens: Tokens, identity: Identity, api: Api) -> None:
        self._org = org
        self._tokens = tokens
        self._identity = identity
        self._api = api
        self._lost: dict[tuple[str, str], Field] = {}

    def expire_tokens(self, after: int = 0) -> None:
        """End all sessions now, or after so many more calls: midway through a pull."""
        self._tokens.expire(after)

    def clock_ahead(self, seconds: float) -> None:
        """Let the org's clock run ahead of the caller's, which breaks assertions."""
        self._tokens.ahead = seconds

    def lock_row(self, record: str, times: int = 1) -> None:
        """Let the next writes of a record find it locked: UNABLE_TO_LOCK_ROW."""
        self._org.trouble.locked[record] = times

    def refuse_record(
        self,
        record: str,
        code: str | None = "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        message: str = "配信停止の変更は管理者だけができます。",
    ) -> None:
        """Refuse every update of a record with this code; None ends it."""
        self._org.trouble.refused.pop(record, None)
        if code:
            self._org.trouble.refused[record] = (code, message)

    def validation_rule(self, object: str, message: str | None, field: str = "") -> None:  # noqa: A002
        """Refuse every write of an object by a validation rule; no message ends it."""
        name = self._org.table(object).about.name
        self._org.trouble.rules.pop(name, None)
        if message:
            self._org.trouble.rules[name] = (message, field)

    def lose_field(self, object: str, field: str) -> None:  # noqa: A002
        """Take a field out of the integration user's sight; its values stay."""
        about = self._org.table(object).about
        found = about.field(field)
        about.lose(field)
        self._org.schema_changed = self._org.clock()
        if found:
            self._lost[about.name, field.lower()] = found

    def find_field(self, object: str, field: str) -> None:  # noqa: A002
        """Show a lost field again. Raises ValueError where it is not lost."""
        about = self._org.table(object).about
        found = self._lost.pop((about.name, field.lower()), None)
        if found is None:
            raise ValueError(f"{about.name}.{field} is not lost.")
        about.fields[field.lower()] = found
        self._org.schema_changed = self._org.clock()

    def lock_field(self, object: str, field: str, locked: bool = True) -> None:  # noqa: A002
        """Let the integration user only read a field."""
        self._org.table(object).about.change(field, locked=locked)
        self._org.schema_changed = self._org.clock()

    def lose_object(self, object: str) -> None:  # noqa: A002
        """Hide an object, as where Data Protection and Privacy is off."""
        self._org.hide(object)

    def page_size(self, size: int | None) -> None:
        """Cut every page of a query to this size; None ends it."""
        self._api.queries.page = size

    def close_cursors(self) -> None:
        """Close all open queries: their next pages are INVALID_QUERY_LOCATOR."""
        self._api.queries.forget()

    def bulk(
        self,
        page: int | None = None,
        polls: int = 1,
        count_header: bool = True,
        fails: bool = False,
    ) -> None:
        """Set how Bulk API 2.0 behaves.

        `page` cuts every page of results, `polls` is how often jobs answer that they still run,
        `count_header` whether a page tells how many records it holds, `fails` whether new query
        jobs end as Failed.
        """
        jobs = self._api.query_jobs
        jobs.page, jobs.polls, jobs.count_header, jobs.fails = page, polls, count_header, fails
        self._api.ingest_jobs.polls = polls

    def calls_left(self, left: int | None) -> None:
        """Leave the org only so many calls; None gives the usual number back."""
        self._org.most_calls = MOST_CALLS if left is None else self._org.used() + left

    def instance_url(self, url: str | None) -> None:
        """Let tokens name another address of the org; None is the one that was asked."""
        self._identity.instance_url = url

    def switches(self) -> dict[str, Callable[..., object]]:
        """What of this another process may call."""
        return {
            each.__name__: each
            for each in (
                self.expire_tokens,
                self.clock_ahead,
                self.lock_row,
                self.refuse_record,
                self.validation_rule,
                self.lose_field,
                self.find_field,
                self.lock_field,
                self.lose_object,
                self.page_size,
                self.close_cursors,
                self.bulk,
                self.calls_left,
                self.instance_url,
            )
        }
