"""How many laws the training of a model has."""
