"""Types of the compiled module. `stubtest` holds them against the real one in lint."""
