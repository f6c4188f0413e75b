"""A part that is read apart may hang, crash or eat memory; it costs that part, and nothing else."""

import multiprocessing
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.mail import Place, Unread
from gateway.reading import Origin, Reader, ReadingLimits
from gateway.reading.apart import BROKE_DOWN, MEMORY, NO_TIME, NOT_INSTALLED, TOO_MUCH, _helper, apart
from gateway.reading.pieces import DAMAGED, Piece, Sheet
from tests.support import extractors as acts
from tests.support.pictures import piece, sheets, whys
from tests.support.reading import parts

LIMITS = ReadingLimits(time=20, whole=200)
SHORT = ReadingLimits(time=0.5, whole=200)


def taken(act, given=None, limits=LIMITS):
    return list(apart(act)(given or piece(os.urandom(8)), limits))


def test_everything_an_extractor_yields_comes_through_as_it_stands_in_the_message():
    given = Piece(octets=b"x", type="a/b", part="4.2", name="n", depth=3, subject="About")
    sheet, inner, unread = taken(acts.kinds, given)
    assert sheet == Sheet(
        text="words",
        place=Place(part="4.2", name="n"),
        boxes=((0, 5, (1, 2, 3, 4)),),
        links=(("https://a.example/", "a"),),
        subject="About",
    )
    assert inner == Piece(octets=b"inner", type="text/plain", part="4.2", name="inner.txt", depth=4, subject="About")
    assert unread == Unread(place=Place(part="4.2", name="n", page=3), why="encrypted")


def test_whose_words_they_are_is_sent_by_its_value_in_every_python():
    sent = pickle.dumps(Origin.FORWARDED)
    assert b"getattr" not in sent
    assert pickle.loads(sent) is Origin.FORWARDED  # noqa: S301  -- made a line above


def test_one_child_reads_part_after_part():
    (first,), (second,) = sheets(taken(acts.who)), sheets(taken(acts.who))
    assert first.split()[0] == second.split()[0] != str(os.getpid())


@pytest.mark.parametrize(
    ("act", "why", "limits"),
    [
        (acts.hang, "timed out", SHORT),
        (acts.spin, "timed out", SHORT),
        (acts.crash, BROKE_DOWN, LIMITS),
        (acts.leave, BROKE_DOWN, LIMITS),
        (acts.eat, MEMORY, LIMITS),
        (acts.flood, TOO_MUCH, ReadingLimits(time=20, output=1_000_000)),
        (acts.stumble, DAMAGED, LIMITS),
        (acts.missing, NOT_INSTALLED, LIMITS),
        (acts.strange, BROKE_DOWN, LIMITS),
    ],
)
def test_what_goes_wrong_costs_that_part_and_the_next_is_read(act, why, limits):
    taken(acts.nothing)  # so that a child is there, and its start takes none of the time
    began = time.monotonic()
    given = piece(os.urandom(8), name="it")
    found = taken(act, given, limits)
    assert (found[-1].why, found[-1].place) == (why, given.place)
    assert time.monotonic() - began < 5
    assert sheets(taken(acts.who))


def test_what_the_child_takes_to_start_and_to_load_libraries_is_no_time_of_the_part():
    _helper.end()
    assert sheets(list(apart(acts.who, prepare=acts.slowly)(piece(os.urandom(8)), SHORT)))
    assert whys(list(apart(acts.hang, prepare=acts.slowly)(piece(os.urandom(8)), SHORT))) == ["timed out"]


def test_what_cannot_be_loaded_is_told_where_it_is_needed_and_a_crash_costs_the_part():
    assert sheets(list(apart(acts.who, prepare=acts.in_vain)(piece(os.urandom(8)), LIMITS)))
    assert whys(list(apart(acts.who, prepare=acts.to_death)(piece(os.urandom(8)), LIMITS))) == [BROKE_DOWN]
    assert sheets(taken(acts.who))


def test_what_came_before_a_failure_stands():
    for act in (acts.hang, acts.crash, acts.stumble):
        taken(acts.nothing)
        assert sheets(taken(act, limits=ReadingLimits(time=1))) == ["before"]


def test_a_child_that_is_replaced_leaves_no_process_behind():
    taken(acts.nothing)
    (said,) = sheets(taken(acts.spin, limits=SHORT))
    with pytest.raises(ProcessLookupError):
        os.kill(int(said), 0)


def test_what_a_library_prints_disturbs_nothing():
    assert sheets(taken(acts.chatter)) == ["said"]


def test_the_child_writes_no_files():
    assert sheets(taken(acts.write)) == ["OSError"]


def test_a_part_that_no_time_is_left_for_is_said_to_be_so_at_once():
    assert whys(taken(acts.who, limits=ReadingLimits(time=0))) == [NO_TIME]


def test_a_child_takes_only_the_memory_it_may():
    _helper.end()
    (said,) = sheets(taken(acts.bound, limits=ReadingLimits(time=20, memory=300_000_000)))
    _helper.end()
    assert 300_000_000 < int(said) < 1_000_000_000


def test_the_same_octets_are_read_once_wherever_they_stand():
    given = piece(os.urandom(8), name="flyer.png")
    (first,) = taken(acts.who, given)
    (again,) = taken(acts.who, Piece(octets=given.octets, type=given.type, part="7.1", name="flyer.png", depth=2, subject="S"))
    assert again.text == first.text
    assert (again.place.part, again.subject) == ("7.1", "S")


def test_other_octets_names_types_and_limits_are_read_anew():
    content = os.urandom(8)
    said = {
        sheets(taken(acts.who, given, limits))[0]
        for given, limits in (
            (piece(content), LIMITS),
            (piece(content, name="other"), LIMITS),
            (piece(content, "text/plain"), LIMITS),
            (piece(content, page=2), LIMITS),
            (piece(content), ReadingLimits(time=20, pages=3)),
            (piece(os.urandom(8)), LIMITS),
        )
    }
    assert len(said) == 6


@pytest.mark.parametrize(("puts_off", "times"), [(True, 2), (False, 1)])
def test_what_nothing_is_put_off_of_is_read_once_for_both_readings(puts_off, times):
    given, read = piece(os.urandom(8)), apart(acts.who, puts_off=puts_off)
    said = {sheets(list(read(given, ReadingLimits(time=20, dear=dear))))[0] for dear in (False, True)}
    assert len(said) == times


def test_a_part_that_nothing_came_out_of_is_kept_too_and_the_time_left_changes_nothing():
    given = piece(os.urandom(8))
    assert taken(acts.nothing, given) == []
    _helper.end()
    assert taken(acts.nothing, given, ReadingLimits(time=0.01)) == []


def test_a_failure_is_not_kept():
    given = piece(os.urandom(8))
    first, second = (sheets(taken(acts.spin, given, SHORT)) for _ in range(2))
    assert first != second


def test_a_message_takes_no_longer_apart_than_the_whole_may():
    octets = parts(*(f"Content-Type: application/x-{n}\n\n{n} words" for n in range(40)))
    table = {f"application/x-{n}": apart(acts.hang) for n in range(40)}
    table["message/rfc822"] = Reader()._extractors["message/rfc822"]
    table["text/plain"] = apart(acts.hang)
    began = time.monotonic()
    reading = Reader(limits=ReadingLimits(time=0.6, whole=1.5), extractors=table).read(octets)
    assert time.monotonic() - began < 4
    assert len(reading.unread) == 40
    assert {unread.why for unread in reading.unread} == {"timed out", NO_TIME}


def _in_a_judge(pipe):
    size = 2 * 1024**3
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    pipe.send([sheets(taken(acts.who)), whys(taken(acts.crash)), sheets(taken(acts.bound))])


def test_it_works_in_a_daemon_of_a_forkserver_under_a_limit_as_judges_are():
    context = multiprocessing.get_context("forkserver")
    ours, theirs = context.Pipe()
    judge = context.Process(target=_in_a_judge, args=(theirs,), daemon=True)
    judge.start()
    assert ours.poll(60)
    said, failed, bound = ours.recv()
    judge.join()
    assert judge.exitcode == 0
    assert int(said[0].split()[0]) not in {judge.pid, os.getpid()}
    assert failed == [BROKE_DOWN]
    assert int(bound[0]) <= 2 * 1024**3


ORPHAN = """
import os, sys, threading
from gateway.reading import ReadingLimits
from gateway.reading.apart import apart
from gateway.reading.pieces import Piece
from tests.support import extractors as acts
def read(act, seconds):
    return list(apart(act)(Piece(octets=b"x", type="a/b", part="1"), ReadingLimits(time=seconds)))
print(read(acts.who, 20)[0].text.split()[0], flush=True)
if sys.argv[1] == "hanging":
    threading.Thread(target=read, args=(acts.spin, 1.0), daemon=True).start()
    threading.Event().wait(0.5)
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("how", ["idle", "hanging"])
def test_a_child_ends_when_the_process_that_started_it_is_killed(how):
    dead = subprocess.run(
        [sys.executable, "-c", ORPHAN, how], env={**os.environ, "PYTHONPATH": "."}, capture_output=True, check=False
    )
    assert dead.returncode == -signal.SIGKILL
    child = int(dead.stdout)
    until = time.monotonic() + 6
    while time.monotonic() < until and _runs(child):
        time.sleep(0.1)
    assert not _runs(child)


def _runs(process):
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_message_that_is_read_twice_takes_no_longer_apart_than_the_whole_may():
    table = {**Reader()._extractors, "text/plain": apart(acts.hang)}
    octets = parts("\nwords")
    reader = Reader(limits=ReadingLimits(time=1.0, whole=1.5), extractors=table)
    taken(acts.nothing)  # so that a child is there, and its start takes none of the time
    began = time.monotonic()
    first = reader.read(octets, dear=False)
    assert 0.9 < first.took < time.monotonic() - began + 0.01
    taken(acts.nothing)
    again = reader.read(octets, after=first)
    assert [unread.why for unread in again.unread] == ["timed out"]
    assert again.took < 1.0
