"""The monitor on two ranks: the ledger of one process to round-off, however tensors are copied or cut."""

import os
import subprocess
import sys
from math import prod
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.distributed.tensor import Replicate, Shard  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from symlag.errors import SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402
from symlag.networks.generators.tensor_action import Entries, NullVectors  # noqa: E402
from symlag.networks.monitor.distributed import balanced_signs  # noqa: E402
from symlag.networks.monitor.form_reductions import NullComponents  # noqa: E402
from symlag.networks.monitor.shards import Box, LocalComponents, LocalEntries, placements_avoiding  # noqa: E402
from tests.support.ranks import OPTIMIZERS, batch, charges, network, train_monitored  # noqa: E402

WAYS = ("DDP", "FSDP2", "tensors at the ends", "tensors in the middle")


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


@pytest.fixture(scope="module")
def results(found, tmp_path_factory):
    """What two ranks saved, given the symmetries that were found before tensors were cut."""
    folder, root = tmp_path_factory.mktemp("ranks"), Path(__file__).parents[3]
    torch.save(found, folder / "found.pt")
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m"]
    run.append("tests.support.ranks")
    there = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    done = subprocess.run([*run, str(folder)], cwd=root, env=there, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("way", WAYS)
def test_two_ranks_keep_the_ledger_of_one_process(results, found, way, kind):
    monitor = train_monitored(network(), found, kind)
    one = monitor.ledger
    judged = [i for i, column in enumerate(one.columns) if not column.endswith("floors")]
    for rank in results:
        ledger, kept, alarms = rank["ledgers"][way, kind]
        torch.testing.assert_close(kept, charges(monitor), rtol=0, atol=1e-14)
        assert tuple(ledger["columns"]) == one.columns
        assert alarms == []
        values = ledger["values"].numpy()
        np.testing.assert_allclose(values[:, judged], one.values[:, judged], rtol=0, atol=1e-14)
        assert values[:, [i for i, column in enumerate(one.columns) if column.endswith("floors")]].max() < 4


@pytest.mark.slow
def test_a_rank_out_of_step_is_named_by_all(results):
    for sentences, _ in (rank["apart"] for rank in results):
        (sentence,) = sentences
        assert sentence.startswith("Step 3: ranks are out of step: 2.weight, ")


@pytest.mark.slow
def test_many_steps_are_reduced_at_once(results):
    assert [count for _, count in (rank["apart"] for rank in results)] == [1, 1]


@pytest.mark.slow
def test_a_model_that_ranks_share_is_not_searched(results):
    for rank in results:
        assert len(rank["refused"]) == 2
        assert all("Find the symmetries before the model is wrapped" in sentence for sentence in rank["refused"])


def test_a_model_of_flattened_tensors_is_refused(found):
    model = type("FullyShardedDataParallel", (torch.nn.Sequential,), {})(*network())
    with pytest.raises(SymlagError, match=r"flattens tensors.*write fully_shard\(model\)"):
        Monitor(model, torch.optim.SGD(model.parameters()), found)


def test_signs_hide_no_difference_and_add_up_to_zero():
    drawn = balanced_signs(5, 3, seed=2)
    assert drawn.sum(1).abs().max() < 1e-14
    assert drawn.abs().min() > 1e-6
    assert torch.equal(drawn, balanced_signs(5, 3, seed=2))


CUTS = [(Box((0, 0), (2, 3)), Box((2, 0), (3, 3))), (Box((0, 0), (5, 1)), Box((0, 1), (5, 2)))]


@pytest.mark.parametrize("boxes", CUTS)
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("some", [False, True])
def test_components_along_null_vectors_add_up_over_boxes(boxes, axis, some):
    null, at = torch.randn((5, 3)[axis], 2, dtype=torch.float64), torch.tensor([0, 2]) if some else None
    term = NullVectors("W", axis, null, (None, at) if axis == 0 else (at, None), (5, 3))
    W = torch.randn(5, 3, dtype=torch.float64)
    whole, parts = torch.zeros(2, term.size, dtype=torch.float64)
    NullComponents(term).add(W, whole)
    for box in boxes:
        LocalComponents.of(term, box).add(W[box.spans()], parts)
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-14)


@pytest.mark.parametrize("boxes", CUTS)
@pytest.mark.parametrize("shape", [(5,), (5, 3)], ids=["rows", "entries"])
def test_free_entries_lie_in_one_box_each(boxes, shape):
    term = Entries("W", torch.arange(prod(shape)).reshape(shape) % 3 != 1, (5, 3))
    W = torch.randn(5, 3, dtype=torch.float64)
    parts, whole = torch.zeros(2, term.size, dtype=torch.float64)
    NullComponents(term).add(W, whole)
    for box in boxes:
        LocalEntries.of(term, box).add(W[box.spans()], parts)
    assert torch.equal(parts, whole)
    assert torch.equal(whole, torch.cat([*term.parts(W)]))


def test_an_axis_that_matrices_act_on_is_cut_nowhere():
    placements = (Shard(0), Replicate())
    assert placements_avoiding(placements, {0}, 2) == (Shard(1), Replicate())
    assert placements_avoiding(placements, {1}, 2) == placements
    assert placements_avoiding(placements, {0, 1}, 2) == (Replicate(), Replicate())
    assert placements_avoiding(placements, {0}, 1) == (Replicate(), Replicate())


class Waits(TorchDispatchMode):
    """Counts what makes the host wait for a device: a number of a tensor that Python asks for."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += func is torch.ops.aten._local_scalar_dense.default
        return func(*args, **kwargs or {})


@pytest.mark.parametrize("every", [1, 2])
def test_no_step_waits_for_the_device(found, every):
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9)
    x, y = batch()
    with Monitor(model, optimizer, found, every=every):
        for _ in range(4):
            optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            with Waits() as waits:
                optimizer.step()
            assert waits.count == 0
