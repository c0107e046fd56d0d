"""Clients of Trend's services, one small class a service.

Nothing here knows of Pulumi. Everything that goes wrong is a `TrendError`. What talks HTTP is loaded where it is used:
the program itself never does, and starts the sooner.
"""
