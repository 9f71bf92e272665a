"""Carriers, their prices, routes, senders, and the state of each link."""
