"""The search for families of generators along which random gradients vanish."""
