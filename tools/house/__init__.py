"""The sizes and manners of the house that no linter knows: `python -m tools.house`."""
