"""Taking snapshots of many machines at once, over the person's own ssh or kubectl."""
