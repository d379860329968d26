"""Snapshots from what people already have: ss, lsof -F, a copied /proc, an sosreport."""
