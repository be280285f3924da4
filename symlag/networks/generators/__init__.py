"""Linear vector fields on the parameters of a model, and how they act on its tensors."""
