"""The search for symmetries of a model, from gradients at random parameters."""
