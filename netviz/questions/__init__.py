"""What people ask of a stitched group, each answered by a pure function of its graph."""
