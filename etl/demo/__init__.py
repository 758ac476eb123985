"""The demonstration: fictitious files in the tools' own formats, brought in by the real importers."""
