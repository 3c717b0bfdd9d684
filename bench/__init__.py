"""Benchmarks. Each prints a table and ends in one JSON line."""
