"""Links: each leads to a file, and a heading in it, that exists."""

import tomllib
from urllib.parse import urldefrag

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Homepage"]
RAW = PROJECT.replace("https://github.com", "https://raw.githubusercontent.com") + "/main/"
HERE = (f"{PROJECT}/blob/main/", f"{PROJECT}/tree/main/", RAW)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_project_leads_somewhere(page: str) -> None:
    for address in links(page):
        name, anchor = urldefrag(address)
        start = next((start for start in HERE if name.startswith(start)), "")
        if name.startswith("http") and not start:
            continue
        target = ROOT / name.removeprefix(start) if start else (ROOT / page).parent / name
        target = ROOT / page if not name else target
        assert target.exists(), address
        if anchor:
            assert anchor in anchors(target.resolve().relative_to(ROOT).as_posix()), address


def test_the_readme_links_by_whole_addresses_that_a_package_index_can_follow() -> None:
    assert [
        address for address in links("README.md") if not address.startswith(("https://", "http://"))
    ] == []


def test_the_readme_leads_to_every_page() -> None:
    linked = {urldefrag(address)[0].removeprefix(f"{PROJECT}/blob/main/") for address in links("README.md")}
    assert set(PAGES) - linked == {"README.md", "SECURITY.md"}
    assert "../SECURITY.md" in links("docs/security.md")
