"""Faults, power cuts, kills, damage and crowds: nothing is lost, nothing is half there."""
