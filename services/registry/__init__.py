"""The registry: places, institutions, readers, cards, agreements, and who may know what."""
