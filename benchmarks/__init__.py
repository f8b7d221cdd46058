"""Speed and memory, measured against named peers on the machine at hand."""
