"""First contact with a live tenant: one whole life on real accounts, recorded, and compared with the simulator's."""
