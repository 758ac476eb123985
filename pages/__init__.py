"""The screens of the staff app, one file a page."""
