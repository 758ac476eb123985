"""From rows to statuses: the plan, its measures, its rules, the database they are read from."""
