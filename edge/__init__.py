"""The service: turns, sessions, store, terminals, commands. It composes models and kernels."""
