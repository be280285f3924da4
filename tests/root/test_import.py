import subprocess
import sys

HEAVY = ["numpy", "numba", "torch", "matplotlib", "scipy", "sklearn", "rich", "typer"]


def answered(program):
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_symlag_loads_no_arrays():
    touched = "[getattr(symlag, name) for name in symlag.__all__]"
    assert answered(f"import symlag, sys; {touched}; print(*(m for m in {HEAVY} if m in sys.modules))") == ""


def test_a_law_is_derived_without_arrays():
    derive = "w = s.block('w'); print(s.noether(s.heavy_ball().lagrangian(0, [w]), s.scale(w)).defect(), end='')"
    assert answered(f"import symlag as s, sys; {derive}; print(*(m for m in {HEAVY} if m in sys.modules))") == "0"


def test_every_public_name_is_there_and_told():
    import symlag

    assert all(getattr(symlag, name).__doc__ for name in symlag.__all__ if name != "t")
