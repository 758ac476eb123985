"""The public process: it opens the published snapshot and nothing else."""
