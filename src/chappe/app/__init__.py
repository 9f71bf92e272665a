"""Composition: builds the objects, wires the rooms together, starts them. Imported by nobody but the command
line.
"""
