"""What `make` does: set-up, checks and proofs.

Standard library only, for set-up runs before anything is installed.
"""
