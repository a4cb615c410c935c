"""Settings: defaults, values, and a clear sentence for each mistake."""

import pytest

from rodedraad.index.settings import Settings, load_settings
from rodedraad.ingest.errors import RodeDraadError


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_settings(tmp_path / "nowhere") == Settings(
        model="", query_prefix="", passage_prefix="", passage_size=600
    )


def test_a_line_that_is_absent_keeps_its_default(tmp_path):
    (tmp_path / "settings.toml").write_text(
        'model = "intfloat/multilingual-e5-small"\nquery_prefix = "query: "\n', "utf-8"
    )
    assert load_settings(tmp_path) == Settings(
        model="intfloat/multilingual-e5-small",
        query_prefix="query: ",
        passage_prefix="",
        passage_size=600,
    )


@pytest.mark.parametrize("size", [100, 10_000])
def test_the_bounds_of_the_passage_size_are_allowed(tmp_path, size):
    (tmp_path / "settings.toml").write_text(f"passage_size = {size}\n", "utf-8")
    assert load_settings(tmp_path).passage_size == size


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"model = ", "is not valid TOML"),
        (b"model = 'caf\xe9'", "is not valid TOML"),
        (
            b"modle = ''",
            "sets 'modle', which is not a setting. Settings are: model, query_prefix, passage_prefix, "
            "store, passage_size, largest_file, parse_seconds, parse_megabytes.",
        ),
        (b"[model]\nname = 'x'", "model has the wrong type ({'name': 'x'})."),
        (b"model = 5", "model has the wrong type (5)."),
        (b"passage_size = '600'", "passage_size has the wrong type ('600')."),
        (b"passage_size = true", "passage_size has the wrong type (True)."),
        (b"passage_size = 600.0", "passage_size has the wrong type (600.0)."),
        (b"passage_size = 99", "passage_size must be between 100 and 10000 characters."),
        (b"passage_size = 10001", "passage_size must be between 100 and 10000 characters."),
        (b"passage_size = -1", "passage_size must be between 100 and 10000 characters."),
        (b"largest_file = 0", "largest_file must be between 1 and 10000 megabytes."),
        (b"parse_seconds = 0", "parse_seconds must be between 1 and 86400 seconds."),
        (b"parse_megabytes = 199", "parse_megabytes must be between 200 and 1000000 megabytes."),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, content, message):
    (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(RodeDraadError) as caught:
        load_settings(tmp_path)
    assert str(tmp_path / "settings.toml") in str(caught.value)
    assert message in str(caught.value)


def test_a_settings_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(RodeDraadError, match=r"settings\.toml cannot be read \(Is a directory\)"):
        load_settings(tmp_path)


def test_a_home_that_is_a_file_has_no_settings(tmp_path):
    (tmp_path / "home").write_text("a file")
    assert load_settings(tmp_path / "home") == Settings()
