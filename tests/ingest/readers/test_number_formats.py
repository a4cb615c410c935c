"""Number formats: numbers and dates as the sheet shows them."""

import pytest

from rodedraad.ingest.readers.number_formats import shown_number

ACCOUNTING = r'_ "€"\ * #,##0.00_ ;_ "€"\ * \-#,##0.00_ ;_ "€"\ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("value", "code", "language", "shown"),
    [
        (12.5, "General", "nl", "12,5"),
        (0.1 + 0.2, "General", "en", "0.3"),
        (9789012345678, "General", "nl", "9789012345678"),
        (1234.5, "#,##0.00", "nl", "1.234,50"),
        (1234.5, "#,##0.00", "en", "1,234.50"),
        (2.345, "0.00", "en", "2.35"),
        (0.21, "0%", "nl", "21%"),
        (0.215, "0.0%", "fr", "21,5%"),
        (1250, ACCOUNTING, "nl", "€ 1.250,00"),
        (-12.5, ACCOUNTING, "nl", "€ -12,50"),
        (0, ACCOUNTING, "nl", "€ -"),
        (12.345, r"[$€-413]\ #,##0.00", "en", "€ 12.35"),
        (-5, "#,##0_);(#,##0)", "en", "(5)"),
        (-5, "0;[Red]-0", "nl", "-5"),
        (612345678, "0000000000", "nl", "0612345678"),
        (612345678, "00-00000000", "nl", "06-12345678"),
        (12345678, r'0.0,,\ "mln"', "nl", "12,3 mln"),
        (3.5, '0.0" km"', "nl", "3,5 km"),
        (5, "0.##", "nl", "5"),
        (8, '[<10]0" laag";0" hoog"', "nl", "8 laag"),
        (12, '[<10]0" laag";0" hoog"', "nl", "12 hoog"),
        (12345.678, "0.00E+00", "nl", "1,23E+04"),
        (1.5, "# ?/?", "nl", "1,5"),
        (46146, "SHORT", "nl", "4-5-2026"),
        (46146, "SHORT", "en", "2026-05-04"),
        (46146, "d mmmm yyyy", "nl", "4 mei 2026"),
        (46146, "[$-413]dddd d mmmm yyyy;@", "en", "maandag 4 mei 2026"),
        (46146, r"[$-F800]dddd\,\ mmmm\ dd\,\ yyyy", "en", "Monday 4 May 2026"),
        (46146.4375, r"yyyy\-mm\-dd\ h:mm", "en", "2026-05-04 10:30"),
        (0.4375, "h:mm AM/PM", "en", "10:30 AM"),
        (1.5, "[h]:mm", "nl", "36:00"),
        (0.999999, "h:mm", "nl", "0:00"),
        (59, "d-m-yyyy", "nl", "28-2-1900"),
        (-1, "d-m-yyyy", "nl", "-1"),
        (1e300, "0.00", "nl", "1E+300"),
        (float("inf"), "0.00", "nl", "inf"),
    ],
)
def test_a_number_is_shown_as_in_its_cell(value, code, language, shown):
    assert shown_number(value, code, language) == shown


def test_days_are_counted_from_1904_where_the_file_says_so():
    assert shown_number(0, "d-m-yyyy", "nl", from_1904=True) == "1-1-1904"
