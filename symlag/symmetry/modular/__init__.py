"""Exact linear algebra modulo a prime, and the way back to rational numbers."""
