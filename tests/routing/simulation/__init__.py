"""The simulator, against theory and against what a scenario says."""
