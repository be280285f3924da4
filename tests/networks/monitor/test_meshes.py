"""The monitor on meshes of two dimensions, copies of shards and shards of cut tensors; and after it was killed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.nn.functional import cross_entropy  # noqa: E402

from symlag.networks import symmetries  # noqa: E402
from tests.support.ranks import batch, charges, network, train_monitored  # noqa: E402

LAST = 60
WAYS = ("shards, of which some are empty", "copies of shards", "shards of ends", "shards of the middle")


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


@pytest.fixture(scope="module")
def folder(found, tmp_path_factory):
    made = tmp_path_factory.mktemp("meshes")
    torch.save(found, made / "found.pt")
    return made


def started(folder, job, count):
    """How a job on some ranks ends, and the last that it said."""
    root = Path(__file__).parents[3]
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    there = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    ordered = [*run, "-m", "tests.support.meshes", str(folder), job]
    done = subprocess.run(ordered, cwd=root, env=there, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr[-4000:]


@pytest.fixture(scope="module")
def results(folder):
    code, said = started(folder, "meshes", 4)
    assert code == 0, said
    return [torch.load(folder / f"meshes {rank}.pt") for rank in range(4)]


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_four_ranks_on_a_mesh_keep_the_ledger_of_one_process(results, found, way):
    monitor = train_monitored(network(), found)
    one = monitor.ledger
    floors = np.array([column.endswith("/floors") for column in one.columns])
    for rank in results:
        ledger, kept, alarms = rank[way]
        assert alarms == 0
        assert tuple(ledger["columns"]) == one.columns
        torch.testing.assert_close(kept, charges(monitor), rtol=0, atol=1e-14)
        np.testing.assert_allclose(ledger["values"][:, ~floors], one.values[:, ~floors], rtol=0, atol=1e-14)
        assert ledger["values"][:, floors].max() < 4


@pytest.mark.slow
def test_two_ranks_that_are_killed_and_resumed_keep_the_same_ledger(folder):
    code, said = started(folder, "killed", 2)
    assert code != 0
    assert "SIGKILL" in said
    code, said = started(folder, "resumed", 2)
    assert code == 0, said
    for rank in range(2):
        (resumed, sounded), (whole, none) = torch.load(folder / f"resumed {rank}.pt")
        assert sounded == none == []
        assert resumed["steps"].tolist() == [*range(LAST)]
        assert resumed["columns"] == whole["columns"]
        assert torch.equal(resumed["values"], whole["values"])
