"""The understand stage against hand-written lines: quality, calibration, latency; `__main__.py` is the command."""
