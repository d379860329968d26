"""Why a socket was joined or not: for somebody who misses a line in the picture."""
