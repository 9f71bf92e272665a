"""Measurements that `chappe bench` runs: with the real parts, on loopback, durable."""
