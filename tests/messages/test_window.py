import threading
import time

from hub.messages.window import Window


def finish(window, wait=0.2):
    done = []
    while window.in_flight:
        done.extend(window.collect(wait))
    return done


def test_tasks_run_side_by_side():
    together = threading.Barrier(4, timeout=5)
    window = Window(lambda task: (together.wait(), task)[1], width=4, limit=5)
    for task in range(4):
        window.submit(task)
    assert window.free == 0
    assert sorted(each.answer for each in finish(window)) == [0, 1, 2, 3]
    assert window.free == 4


def test_a_task_that_hangs_is_given_up_and_the_others_go_on():
    forever = threading.Event()
    window = Window(lambda task: forever.wait(5) if task == "hangs" else task, width=2, limit=0.2)
    window.submit("hangs")
    window.submit("works")
    done = {each.task: each.answer for each in finish(window)}
    assert done == {"hangs": None, "works": "works"}
    assert window.given_up == 1
    window.submit("works")
    assert [each.answer for each in finish(window)] == ["works"]
    forever.set()


def test_an_answer_that_comes_after_all_is_still_handed_over():
    gate = threading.Event()
    window = Window(lambda task: (gate.wait(5), task)[1], width=1, limit=0.1)
    window.submit("late")
    assert [each.answer for each in finish(window)] == [None]
    gate.set()
    assert [each.answer for each in window.collect(2)] == ["late"]
    assert window.given_up == 0


def test_waiting_ends_when_there_is_an_answer():
    window = Window(lambda task: task, width=1, limit=5)
    window.submit("quick")
    begun = time.monotonic()
    assert len(window.collect(5)) == 1
    assert time.monotonic() - begun < 2


def test_a_task_that_waits_ahead_begins_as_soon_as_a_thread_is_free():
    gate = threading.Event()
    window = Window(lambda task: (gate.wait(5), task)[1], width=1, limit=5, ahead=2)
    for task in range(3):
        window.submit(task)
    assert (window.free, window.in_flight) == (0, 3)
    gate.set()
    assert [each.answer for each in finish(window)] == [0, 1, 2]


def test_a_task_that_waited_too_long_never_begins():
    gate = threading.Event()
    begun = []
    window = Window(lambda task: (begun.append(task), gate.wait(5))[1], width=1, limit=0.2, ahead=1)
    window.submit("hangs")
    window.submit("waits")
    done = {each.task: each.begun for each in finish(window)}
    assert done == {"hangs": True, "waits": False}
    assert window.given_up == 1
    gate.set()
    assert len(window.collect(2)) == 1
    assert begun == ["hangs"]
