"""From a file to rows: reading, recognising, checking and loading exports."""
