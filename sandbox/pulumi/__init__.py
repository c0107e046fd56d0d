"""Stand-ins for plugins that the engine needs and that cannot be had everywhere."""
