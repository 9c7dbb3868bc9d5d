"""The HTTP API with which the civil-registry office lists and changes what the registry holds."""
