"""How a run stands, for people and programs."""
