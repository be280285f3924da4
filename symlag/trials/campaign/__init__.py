"""Campaigns: many trials on many workers."""
