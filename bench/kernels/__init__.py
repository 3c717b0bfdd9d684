"""The kernels against their peers; `__main__.py` is the command."""
