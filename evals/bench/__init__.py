"""How long things take, always against something measured in the same run."""
