"""Our offer policies and NegMAS negotiators against the same opponents on the same scenarios; `__main__.py` is the command.

NegMAS is under the AGPL: it runs in a process and a virtual environment of its own and is reached over a pipe; nothing of it is imported.
"""
