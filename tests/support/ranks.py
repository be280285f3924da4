"""What each of two ranks does in tests of the monitor: train one small model in several ways, and save its ledgers.

Started by torchrun; `train_monitored` without a wrapper is the run of one process that all are held against.
"""

import sys
from typing import Any

import torch
from torch import distributed as dist, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor.parallel import ColwiseParallel, RowwiseParallel, parallelize_module
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

from symlag.errors import SymlagError
from symlag.networks import Monitor, watch

STEPS = 5
ENDS = (("0", ColwiseParallel()), ("2", RowwiseParallel()))  # the hidden units of the ReLU on both ranks
MIDDLE = (("2", ColwiseParallel()), ("3", RowwiseParallel()))  # the axis that GL acts on cut in two
OPTIMIZERS = {
    "AdamW": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
    "Nesterov": lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True, weight_decay=0.01),
}


def network():
    """Linear pairs, ReLU, and three classes, which two ranks do not share evenly."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 4), nn.Linear(4, 3)).double()


def batch():
    torch.manual_seed(1)
    return torch.randn(16, 4, dtype=torch.float64), torch.randint(3, (16,))


def train_monitored(model, found, name="AdamW", rows=slice(None), disturb=lambda _: None):
    """A model trained for some steps under a monitor."""
    optimizer = OPTIMIZERS[name](model.parameters())
    x, y = batch()
    with Monitor(model, optimizer, found) as monitor:
        for step in range(STEPS):
            disturb(step)
            optimizer.zero_grad()
            cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return monitor


def charges(monitor):
    """Every charge after each step, by name: the ledger has their sums."""
    return {account.name: torch.from_numpy(account.after) for account in monitor.latest}


def wrapped_models(rank):
    """The wrappers by name: a model of which each rank sees half a batch, or all of it."""
    mesh = init_device_mesh("cpu", (2,))
    half = slice(8 * rank, 8 * rank + 8)
    yield "DDP", DistributedDataParallel(network()), half
    yield "FSDP2", fully_shard(network()), half
    yield "tensors at the ends", parallelize_module(network(), mesh, dict(ENDS)), slice(None)
    yield "tensors in the middle", parallelize_module(network(), mesh, dict(MIDDLE)), slice(None)


def with_one_copy_moved(rank, found):
    """What is sounded, and how many reductions there are, where the second rank moves one of its copies a little."""
    model, counted, reduce = DistributedDataParallel(network()), [], dist.all_reduce

    def disturb(step):
        if (rank, step) == (1, 3):
            model.module[2].weight.data.mul_(1 + 1e-9)

    dist.all_reduce = lambda *args: (counted.append(args), reduce(*args))
    try:
        monitor = train_monitored(model, found, rows=slice(8 * rank, 8 * rank + 8), disturb=disturb)
    finally:
        dist.all_reduce = reduce
    return [str(alarm) for alarm in monitor.alarms], len(counted)


def search_refusals():
    """What is said where a model is searched that ranks share."""
    for wrap in (DistributedDataParallel, fully_shard):
        model: Any = wrap(network())
        try:
            watch(model, torch.optim.SGD(model.parameters()), cross_entropy, batch())
        except SymlagError as error:
            yield str(error)


def main(folder):
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank, found, results = dist.get_rank(), torch.load(f"{folder}/found.pt", weights_only=False), {}
    for kind in OPTIMIZERS:
        for name, model, rows in wrapped_models(rank):
            monitor = train_monitored(model, found, kind, rows)
            results[name, kind] = (
                monitor.ledger.state_dict(),
                charges(monitor),
                [str(alarm) for alarm in monitor.alarms],
            )
    torch.save(
        {"ledgers": results, "apart": with_one_copy_moved(rank, found), "refused": [*search_refusals()]},
        f"{folder}/{rank}.pt",
    )
    dist.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1])
