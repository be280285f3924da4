"""The option --update, with which golden text is rewritten instead of compared; every backend in turn; one thread."""

from pathlib import Path

import pytest

from symlag.kernels.backends import BACKENDS


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="rewrite the files under tests/golden")


@pytest.fixture
def golden(request):
    """Compare a text with a file under tests/golden."""

    def compare(name, text):
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--update"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs: look at it, then pytest --update"

    return compare


@pytest.fixture
def one_thread():
    """Torch in one thread, from the same seed."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=BACKENDS)
def backend(request):
    library = pytest.importorskip(BACKENDS[request.param].library)
    if request.param == "torch":
        library.set_num_threads(1)
    return request.param
