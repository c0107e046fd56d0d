"""`fleet.yaml`: its model, its rules, every mistake with its line."""
