"""How fast the program is, against a floor measured in the same run."""
