"""The switchboard of a sandbox's faults."""

import pytest

from hub.testing.faults import Fault, FaultKind, Switchboard


def test_a_fault_is_spent_on_as_many_calls_as_it_says():
    board = Switchboard()
    board.add(Fault(kind=FaultKind.DROP, times=2))
    assert [board.take("GET", "/a") is not None for _ in range(3)] == [True, True, False]


def test_a_fault_keeps_to_its_path_and_method():
    board = Switchboard()
    board.add(Fault(kind=FaultKind.DROP, path="record.json", method="PUT"))
    assert board.take("GET", "/k/v1/record.json") is None
    assert board.take("PUT", "/k/v1/records.json") is None
    assert board.take("PUT", "/k/v1/record.json") is not None


def test_a_fault_can_let_calls_through_first():
    board = Switchboard()
    board.add(Fault(kind=FaultKind.DROP, skip=2))
    assert [board.take("GET", "/") is not None for _ in range(4)] == [False, False, True, False]


def test_faults_are_spent_in_the_order_they_were_added():
    board = Switchboard()
    board.add(Fault(kind=FaultKind.DROP))
    board.add(Fault(kind=FaultKind.STALL))
    kinds = [fault.kind for fault in (board.take("GET", "/"), board.take("GET", "/")) if fault]
    assert kinds == [FaultKind.DROP, FaultKind.STALL]


def test_clearing_ends_all():
    board = Switchboard()
    board.add(Fault(kind=FaultKind.DROP, times=9))
    board.clear()
    assert board.waiting() == 0
    assert board.take("GET", "/") is None


def test_a_fault_for_no_call_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Switchboard().add(Fault(kind=FaultKind.DROP, times=0))
