"""HMM inference and small-game solvers, compiled with Numba. Knows numpy and numba only."""
