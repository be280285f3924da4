"""Determining equations of symmetries: how many solutions they have, and which."""
