"""The consent sink as the hub holds it, under guard."""

from collections.abc import Sequence

from hub.plugins.answers import Post, one_each
from hub.roles import ConsentSink
from hub.values.consent import Consent
from hub.values.optout import Outcome


class GuardedConsentSink:
    """A consent sink under guard."""

    def __init__(self, post: Post, sink: ConsentSink) -> None:
        self._post = post
        self._sink = sink

    def record(self, consents: Sequence[Consent]) -> Sequence[Outcome]:
        """Write each consent; see `ConsentSink`."""
        what = "consent_sink.record"
        asked = tuple(consents)

        def ask() -> Sequence[Outcome]:
            return one_each(self._post, what, asked, self._sink.record(asked))

        return self._post.guard.call(self._post.owner, what, ask)
