"""Public benchmarks: loaders for their files, and runs that ask the product's own answerers."""
