"""The conversations floor: rules by tables, acts and races on real stores."""
