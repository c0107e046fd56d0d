"""`python -m operate policy`: the least rights with which a stack can be previewed, deployed and destroyed."""
