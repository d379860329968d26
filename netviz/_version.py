"""The one version literal of the package, the zipapp and the commands."""

__version__ = "0.1.0"
