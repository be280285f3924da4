"""What ranks do in tests of the monitor on meshes of two dimensions, and of a run that is killed and resumed.

Started by torchrun as `tests.support.meshes folder job`, with a job of `JOBS`: `meshes` on four ranks, the others on
two.
"""

import os
import signal
import sys
from typing import Any

import torch
from torch import distributed as dist
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_state_dict, set_state_dict
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor.parallel import parallelize_module
from torch.nn.functional import cross_entropy

from symlag.networks import Monitor
from tests.support.ranks import ENDS, MIDDLE, OPTIMIZERS, batch, charges, network, train_monitored

SAVED, LOST, LAST = 53, 57, 60  # of the 57 steps before it is killed the first 50 are accounted for
WHOLE = StateDictOptions(full_state_dict=True)


def models_on_meshes():
    """Models by name, on a mesh of two by two, and the part of the batch that each rank sees."""
    mesh = init_device_mesh("cpu", (2, 2), mesh_dim_names=("outer", "inner"))
    outer, quarter = mesh.get_local_rank("outer"), dist.get_rank()
    yield "shards, of which some are empty", fully_shard(network()), slice(4 * quarter, 4 * quarter + 4)
    yield "copies of shards", fully_shard(network(), mesh=mesh), slice(4 * quarter, 4 * quarter + 4)
    for name, plan in (("shards of ends", ENDS), ("shards of the middle", MIDDLE)):
        parallel = parallelize_module(network(), mesh["inner"], dict(plan))
        yield name, fully_shard(parallel, mesh=mesh["outer"]), slice(8 * outer, 8 * outer + 8)


def meshes(found, _):
    """The ledgers of all models."""
    runs = {name: train_monitored(model, found, rows=rows) for name, model, rows in models_on_meshes()}
    return {name: (run.ledger.state_dict(), charges(run), len(run.alarms)) for name, run in runs.items()}


def new_monitor(found):
    model: Any = fully_shard(network())
    optimizer = OPTIMIZERS["AdamW"](model.parameters())
    return model, optimizer, Monitor(model, optimizer, found)


def train(model, optimizer, steps):
    (x, y), dice, rank = batch(), torch.Generator(), dist.get_rank()
    for step in steps:
        at = torch.randint(16, (8,), generator=dice.manual_seed(step))[4 * rank : 4 * rank + 4]
        optimizer.zero_grad()
        cross_entropy(model(x[at]), y[at]).backward()
        optimizer.step()


def killed(found, folder):
    """A run that saves its state, and is gone some steps later."""
    model, optimizer, monitor = new_monitor(found)
    train(model, optimizer, range(SAVED))
    torch.save((get_state_dict(model, optimizer, options=WHOLE), monitor.state_dict()), state(folder))
    train(model, optimizer, range(SAVED, LOST))
    dist.barrier()
    os.kill(os.getpid(), signal.SIGKILL)


def resumed(found, folder):
    """The ledgers of the run that goes on from that state, and of one that was never stopped."""
    model, optimizer, monitor = new_monitor(found)
    (weights, moments), monitor_state = torch.load(state(folder), weights_only=True)
    set_state_dict(model, optimizer, model_state_dict=weights, optim_state_dict=moments, options=WHOLE)
    monitor.load_state_dict(monitor_state)
    train(model, optimizer, range(SAVED, LAST))
    whole = new_monitor(found)
    train(*whole[:2], range(LAST))
    for made in (monitor, whole[2]):
        made.remove()
    return [(made.ledger.state_dict(), [str(alarm) for alarm in made.alarms]) for made in (monitor, whole[2])]


def state(folder):
    return f"{folder}/state {dist.get_rank()}.pt"


JOBS = {job.__name__: job for job in (meshes, killed, resumed)}


def main(folder, job):
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    found = torch.load(f"{folder}/found.pt", weights_only=False)
    torch.save(JOBS[job](found, folder), f"{folder}/{job} {dist.get_rank()}.pt")
    dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
