"""What pages share: context, cached figures, charts, the serving layer."""
