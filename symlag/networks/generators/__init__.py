"""Families of generators: vector fields on the parameters of a model that are linear in coordinates."""
