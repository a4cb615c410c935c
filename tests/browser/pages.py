"""Pages of the chat in a browser."""

from playwright.sync_api import Page


def log_in(page: Page, name: str, password: str) -> None:
    """Fill in the login page and send it."""
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")


def wait_until_open(page: Page) -> None:
    """Wait until the page has what the server sends as it opens, which replaces the conversation."""
    page.wait_for_selector("#question textarea")
    page.wait_for_selector("#conversation .talk", state="attached")
