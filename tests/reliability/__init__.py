"""Faults, power cuts, kills, damage and crowds: nothing is lost, and nothing half written is visible."""
