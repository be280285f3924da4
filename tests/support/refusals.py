"""What symlag refuses, told in one sentence whose advice can be followed."""

from collections.abc import Mapping
from typing import Any

import pytest

from symlag.errors import SymlagError


def assert_refused(refused: str, sentence: str, advised: str, names: Mapping[str, Any]) -> None:
    """The code `refused` raises a `SymlagError` that says `sentence`, in one line; the code `advised` runs."""
    with pytest.raises(SymlagError) as caught:
        eval(refused, dict(names))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert eval(advised, dict(names)) is not None


def public(room: Any) -> dict[str, Any]:
    """What a room offers, by name; it is loaded only when it is asked for, so that `vars` has not all of it."""
    return {name: getattr(room, name) for name in room.__all__}
