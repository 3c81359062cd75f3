"""What a browser must show: the widget on pages of another site, beside a running server."""
