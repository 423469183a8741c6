"""Is a published number possible at all? The protocols' counts meet the searches of :mod:`mebench.metrics`."""
