"""Where the work is done: in processes of this machine, or on a Dask cluster by its address."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from symlag.errors import SymlagError

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def processes(jobs: int) -> Generator[Executor]:
    """Fresh processes of one thread each, as many as there are jobs; they end with this one, however it ends."""
    context = get_context("spawn")
    watched, held = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(jobs, context, _begin, (watched,))
    try:
        yield pool
    except BaseException:
        held.close()  # whatever is under way ends at once
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str) -> Generator[Executor]:
    """The workers of a Dask cluster, which find the trials under the same paths; `SymlagError` where there is none."""
    client = _client(address)
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        wrong, write = "Dask is not installed", "pip install 'symlag[cluster]'"
        raise SymlagError(f"--dask {address}", wrong, write) from None
    try:
        return Client(address, timeout="10s")
    except (OSError, ValueError):
        raise SymlagError(f"--dask {address}", "no scheduler answers there", "tcp://HOST:8786, say") from None


def _begin(watched: Any) -> None:
    """What a process does first; it leaves Ctrl-C to the one that began it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ |= dict.fromkeys(THREADS, "1") | {"MPLBACKEND": "Agg"}
    threading.Thread(target=_follow, args=(watched,), daemon=True).start()


def _follow(watched: Any) -> None:
    """End once the other end of a pipe is closed, as it is when the process that holds it ends or is killed."""
    watched.poll(None)
    os._exit(1)
