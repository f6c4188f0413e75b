"""What the loss asks for. Needs torch, which only training does."""

import pytest

torch = pytest.importorskip("torch")

from gateway.model import Window  # noqa: E402  -- only where torch is
from gateway.training.batches import Sample  # noqa: E402  -- likewise
from gateway.training.learning import collate, loss_of  # noqa: E402  -- likewise
from gateway.training.network import Dropout  # noqa: E402  -- likewise
from gateway.training.recipe import Recipe  # noqa: E402  -- likewise


def sample(column, marks, *, ordinary=False, twins="p"):
    window = Window(ids=(101, 10, 7, 10, 8, 9, 102), spans=((0, 1, 3), (1, 3, 6)))
    return Sample(window=window, column=column, marks=marks, kind=None if column is None else 4, twins=twins, ordinary=ordinary)


BATCH = collate([sample(0, (0.0, 1.0)), sample(None, (0.0, 0.0), ordinary=True), sample(1, None, twins="")])


def loss(window, sentence):
    return float(loss_of(torch.tensor(window), torch.tensor(sentence), BATCH, Recipe()))


def test_a_row_of_the_pool_is_the_mean_of_a_sentence():
    assert BATCH.pool[0].tolist() == [[0, 0.5, 0.5, 0, 0, 0, 0], [0, 0, 0, *[pytest.approx(1 / 3)] * 3, 0]]


def test_twins_are_paired_and_others_are_not():
    assert BATCH.pairs == ((0, 1, 0),)


def test_what_nobody_marked_counts_for_the_window_alone():
    assert BATCH.known[2].sum() == 0
    assert BATCH.window[2].tolist() == [0, 1]


def test_a_right_answer_costs_less_than_a_wrong_one():
    right = loss([[6.0, -6], [-6, -6], [-6, 6]], [[[-6.0, -6], [6, -6]], [[-6, -6], [-6, -6]], [[0, 0], [0, 0]]])
    wrong = loss([[-6.0, -6], [6, -6], [-6, 6]], [[[-6.0, -6], [-6, -6]], [[6, -6], [-6, -6]], [[0, 0], [0, 0]]])
    assert right < 0.1 < wrong


def test_the_wrong_line_of_a_message_costs():
    window = [[6.0, -6], [-6, -6], [-6, 6]]
    right = [[[-6.0, -6], [6, -6]], [[-6, -6], [-6, -6]], [[0, 0], [0, 0]]]
    swapped = [[[6.0, -6], [-6, -6]], [[-6, -6], [-6, -6]], [[0, 0], [0, 0]]]
    assert loss(window, right) < loss(window, swapped)


def test_the_kind_is_known_of_the_telling_lines_alone():
    assert BATCH.kind.tolist() == [[-1, 4], [-1, -1], [-1, -1]]


def test_a_share_of_places_is_dropped_and_the_others_make_up_for_it():
    torch.manual_seed(1)
    dropped = Dropout(0.1)
    said = dropped(torch.ones(37, 401))
    assert float((said == 0).float().mean()) == pytest.approx(0.1, abs=0.01)
    assert float(said.mean()) == pytest.approx(1.0, abs=0.01)
    assert len(said.unique()) == 2
    dropped.eval()
    assert dropped(torch.ones(3)).tolist() == [1, 1, 1]
