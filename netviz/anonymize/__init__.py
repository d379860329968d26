"""Snapshots without what names anybody: the same picture, every identifier replaced."""
