"""Which socket is the other end of which: a module for each rule of docs/join-rules.md."""
