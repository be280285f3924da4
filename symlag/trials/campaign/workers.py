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
    """Fresh processes of one thread each; they end with this one, however it ends."""
    context = get_context("spawn")
    # The workers read from a pipe of which only this process holds the other end. Nothing is ever written to it: they
    # end when it closes, which the operating system sees to even if this process is killed.
    read_end, write_end = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(jobs, context, _start_worker, (read_end,))
    try:
        yield pool
    except BaseException:
        write_end.close()  # whatever is under way ends at once
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str) -> Generator[Executor]:
    """The workers of a Dask cluster, which find the trials under the same paths; `SymlagError` if there is none."""
    try:
        from distributed import Client
    except ImportError:
        wrong, write = "Dask is not installed", "pip install 'symlag[cluster]'"
        raise SymlagError(f"--dask {address}", wrong, write) from None
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError):
        raise SymlagError(f"--dask {address}", "no scheduler answers there", "tcp://HOST:8786, for example") from None
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _start_worker(read_end: Any) -> None:
    """Prepare a worker process, which leaves Ctrl-C to the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ |= dict.fromkeys(THREADS, "1") | {"MPLBACKEND": "Agg"}
    threading.Thread(target=_exit_when_closed, args=(read_end,), daemon=True).start()


def _exit_when_closed(read_end: Any) -> None:
    """End this process once the other end of a pipe is closed."""
    read_end.poll(None)
    os._exit(1)
