"""HTTP routes, one subject a file: parse, call one use case, render."""
