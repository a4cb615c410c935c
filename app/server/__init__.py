"""Server: HTTP, access and the API."""
