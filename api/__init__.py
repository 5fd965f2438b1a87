"""The faces: HTTP routes, the `firstline` command, the widget, and the one place where everything is wired."""
