"""A slow machine is not a failed property: examples are counted, not timed."""

from hypothesis import settings

settings.register_profile("counted", deadline=None)
settings.load_profile("counted")
