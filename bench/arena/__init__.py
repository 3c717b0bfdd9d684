"""Creditors against simulated debtors, many thousand times, on the same seeds; `__main__.py` is the command."""
