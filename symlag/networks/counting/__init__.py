"""How many laws a model has: bounds by random controls."""
