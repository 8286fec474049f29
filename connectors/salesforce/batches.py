"""Cutting what is to be written into batches of one call."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from hub.sdk import Consent, OptOut, Ref

from .client import ROWS_A_WRITE

Told = TypeVar("Told", OptOut, Consent)


def batches(told: Sequence[Told]) -> Iterator[Sequence[Told]]:
    """Cut into batches of one call in which no record comes twice."""
    batch: list[Told] = []
    refs: set[Ref] = set()
    for each in told:
        if len(batch) == ROWS_A_WRITE or each.ref in refs:
            yield batch
            batch, refs = [], set()
        batch.append(each)
        refs.add(each.ref)
    if batch:
        yield batch
