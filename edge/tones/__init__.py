"""Tone policies, one a file. A new one is a file with a `choose` (see `policy.py`) and its name in `strategy.POLICIES`."""
