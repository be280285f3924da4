"""The files that `symlag new` starts."""

STARTER = '''"""A particle in a scale-invariant valley: its distance from the origin obeys a balance law."""

from symlag import coordinates, symbols

x, y = coordinates("x y")
m, k, gamma = symbols("m k gamma", positive=True)

T = m * (x.dot**2 + y.dot**2) / 2
V = k * x * y / (x**2 + y**2)
damping = gamma
symmetry = {x: x, y: y}
'''

LAW_FILE = """title = "A particle in a scale-invariant valley: its distance from the origin obeys a balance law."

coordinates = "x y"
symbols = {m = "positive", k = "positive", gamma = "positive"}

T = "m*(x.dot**2 + y.dot**2)/2"
V = "k*x*y/(x**2 + y**2)"
damping = "gamma"
symmetry = {x = "x", y = "y"}
"""
