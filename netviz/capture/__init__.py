"""What runs on a target: copies what /proc shows into one snapshot and decodes nothing.

Python 3.6 and newer, standard library only. The same files go into ``netviz-capture.pyz``.
"""
