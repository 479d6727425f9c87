"""PDF files: paragraphs from placed text, without what recurs on pages."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pypdfium2
import pytest

from corpus.document import Document, Quarantined
from corpus.errors import RawFileError
from sources.pdf import PdfReader
from tests.sources.material import kit_files, records

Placed = tuple[int, int, str]
PROSE = [
    "The patient should be offered treatment for at least six months, unless the tumour is of a hyper-",
    "tensive kind. Evidence from trials is weak but consistent over all of the groups that were in the",
    "review of the literature.",
]


def pdf(*pages: list[Placed], trailer: str = "") -> bytes:
    """A PDF whose pages show text (Helvetica, 10 points) at places."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for placed in pages:
        shown = "".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in placed)
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}endstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body = b"%PDF-1.4\n"
    places = []
    for number, entry in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{entry}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer}>>\nstartxref\n"
    return body + f"{end}{len(body)}\n%%EOF\n".encode()


def read(tmp_path: Path, data: bytes, **options: int) -> Document | Quarantined:
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    ((found,), _) = records(PdfReader(**options), path)
    assert isinstance(found, Document | Quarantined)
    return found


def text_of(tmp_path: Path, *pages: list[Placed]) -> str:
    found = read(tmp_path, pdf(*pages))
    assert isinstance(found, Document)
    return found.text


def down(lines: list[str], x: int = 72, top: int = 700) -> list[Placed]:
    return [(x, top - 12 * number, line) for number, line in enumerate(lines)]


def test_lines_become_paragraphs_and_cut_words_are_whole(tmp_path: Path) -> None:
    text = text_of(tmp_path, [*down(PROSE), *down(["A second paragraph."], top=640)])
    first = " ".join(PROSE).replace("hyper- tensive", "hypertensive")
    assert text == f"{first}\n\nA second paragraph."


def test_a_cut_word_is_written_as_the_document_mostly_writes_it(tmp_path: Path) -> None:
    lines = ["A thiazide-type drug, and again a thiazide-type drug; a thiazidetype by mistake, but here a thiazide-",
             "type drug."]  # fmt: skip
    assert text_of(tmp_path, down(lines)).endswith("here a thiazide-type drug.")


def test_a_compound_keeps_its_hyphen_where_the_document_knows_it(tmp_path: Path) -> None:
    lines = ["An evidence-based review of the trials that were done in all of the hospitals found evidence-",
             "based care to be better."]  # fmt: skip
    assert "found evidence-based care" in text_of(tmp_path, down(lines))


def test_what_was_drawn_last_stands_where_it_belongs(tmp_path: Path) -> None:
    text = text_of(tmp_path, [(72, 700, "See"), (140, 700, "for more."), (95, 700, "the link")])
    assert text == "See the link | for more." or text == "See the link for more."


def test_running_heads_and_page_numbers_go(tmp_path: Path) -> None:
    pages = [
        [(72, 760, f"Guideline of fever, part {number % 2}"), *down([f"Words of page {word}."]),
         (300, 40, f"Page {number} of 9")]
        for number, word in enumerate(["alpha", "beta", "gamma", "delta"])
    ]  # fmt: skip
    assert text_of(tmp_path, *pages) == "\n\n".join(
        f"Words of page {word}." for word in ["alpha", "beta", "gamma", "delta"]
    )


def test_a_paragraph_goes_on_over_the_page(tmp_path: Path) -> None:
    assert text_of(tmp_path, down(PROSE[1:2]), down(PROSE[2:])) == " ".join(PROSE[1:])


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [f"the left column has a line {word} of running prose" for word in "abcdefghij"]
    right = [f"the right column has a line {word} of running prose" for word in "abcdefghij"]
    text = text_of(tmp_path, [*down(left, 50), *down(right, 330)])
    assert text.index("right column") > text.index("left column has a line j")


def test_lists_and_tables_are_lines(tmp_path: Path) -> None:
    text = text_of(
        tmp_path,
        [*down(["- first thing to do", "- second thing"]), (72, 600, "Drug"), (200, 600, "Dose"), (72, 588, "Iron"),
         (200, 588, "60 mg")],
    )  # fmt: skip
    assert text == "- first thing to do\n- second thing\n\nDrug | Dose\nIron | 60 mg"


def test_contents_and_references_go_but_appendices_stay(tmp_path: Path) -> None:
    body = [place for number in range(6) for place in down(PROSE, top=700 - 60 * number)]
    text = text_of(
        tmp_path,
        [(72, 740, "Introduction ................ 3"), *body],
        [(72, 700, "References"), (72, 660, "1. Doe J. A paper. 1999."), (72, 500, "Appendix A"), (72, 460, "More.")],
    )
    assert "....." not in text
    assert "Doe" not in text
    assert text.endswith("Appendix A\n\nMore.")


def test_a_page_of_contents_goes_with_the_first_lines_of_its_long_entries(tmp_path: Path) -> None:
    entries = [f"{number}. A chapter of the guideline ............ {number}" for number in range(1, 7)]
    entries[2:3] = ["3. A chapter of the guideline whose title is so long that", "it goes on ............ 3"]
    text = text_of(tmp_path, [*down(["Table of Contents", *entries]), *down(PROSE, top=500)])
    assert text.startswith("The patient should")


def test_items_start_where_their_numbers_stand_out(tmp_path: Path) -> None:
    page = [(72, 700, "i. A first item that is so long that it goes on over the end of the line and is not yet"),
            (90, 688, "at its end here"), (72, 676, "ii. A second item"), (72, 664, "b. A third")]  # fmt: skip
    assert text_of(tmp_path, page).split("\n\n")[1:] == ["ii. A second item", "b. A third"]


def test_bullets_in_the_private_codes_of_fonts_are_bullets(tmp_path: Path) -> None:
    font = "/Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /uniF0A1] >> /BaseFont"
    page = [*down(["\\001 first thing to do", "\\001 second thing"]), (72, 600, "Drug"), (200, 600, "Dose"),
            (72, 588, "Iron"), (200, 588, "\\001 60 mg \\001 with food")]  # fmt: skip
    found = read(tmp_path, pdf(page).replace(b"/BaseFont", font.encode()))
    assert isinstance(found, Document)
    assert found.text == "- first thing to do\n- second thing\n\nDrug | Dose\nIron | \u2022 60 mg \u2022 with food"


def test_words_drawn_apart_without_a_space_are_apart(tmp_path: Path) -> None:
    shown = "Vaginal) -95 (bleeding of the preterm) 15 (s"
    found = read(tmp_path, pdf([(72, 700, shown)]).replace(b"(Vaginal", b"[(Vaginal").replace(b"(s) Tj", b"(s)] TJ"))
    assert isinstance(found, Document)
    assert found.text == "Vaginal bleeding of the preterms"


def test_a_number_drawn_later_stands_in_its_brackets(tmp_path: Path) -> None:
    assert text_of(tmp_path, [(72, 700, "of pregnancy.[  ] The next"), (135, 700, "1")]) == "of pregnancy.[1] The next"


def test_words_cut_in_a_cell_are_whole(tmp_path: Path) -> None:
    cell = [(200, 600, "anti-"), (200, 590, "phospholipid syn-"), (200, 580, "drome")]
    rows = [(72, 600, "Drug"), *cell, (300, 600, "Dose"), (72, 560, "Iron"), (200, 560, "none"), (300, 560, "60 mg")]
    text = text_of(tmp_path, [*down(["In the syndrome of antiphospholipid antibodies."]), *rows])
    assert "Drug | antiphospholipid syndrome | Dose" in text


def test_a_guideline_is_read_as_people_quote_it() -> None:
    """cpgQA quotes these guidelines among others; its makers extracted the text with other tools."""
    (table,) = kit_files("eval_sets", "cpgqa.kit.csv")
    files = kit_files("va_dod_guidelines_pdf", "*.pdf")
    texts = [found.text for path in files for found in records(PdfReader(), path)[0] if isinstance(found, Document)]
    ours = squeezed(" ".join(texts))
    drawn = ""
    for path in files:
        file = pypdfium2.PdfDocument(path)
        drawn += squeezed(" ".join(page.get_textpage().get_text_bounded() for page in file))
        file.close()
    with table.open(encoding="utf-8", newline="") as stream:
        sentences = {part for row in csv.DictReader(stream) for part in row["CONTEXT"].split(". ") if len(part) > 60}
    quoted = {sentence for sentence in map(squeezed, sentences) if sentence in drawn or sentence in ours}
    assert len(files) == 5
    assert len(quoted) > 15
    assert sum(sentence in ours for sentence in quoted) > 0.95 * len(quoted)


def squeezed(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text).lower()


@pytest.mark.slow
def test_no_word_is_made_up_or_lost_in_the_guidelines() -> None:
    """The engine's own text, in the order in which it was drawn, as the oracle."""
    for path in kit_files("va_dod_guidelines_pdf", "*.pdf"):
        ((found,), facts) = records(PdfReader(), path)
        assert isinstance(found, Document)
        file = pypdfium2.PdfDocument(path)
        drawn = "\n".join(page.get_textpage().get_text_bounded() for page in file)
        assert facts["pages"] == len(file)
        file.close()
        oracle = Counter(re.findall(r"[^\W\d_]{4,}", drawn.lower()))
        ours = Counter(re.findall(r"[^\W\d_]{4,}", found.text.lower()))
        glued = " ".join((oracle - ours).elements())  # words that were drawn without a space, and that we put apart
        made_up = sum(count for word, count in (ours - oracle).items() if word not in glued)
        assert made_up < 0.01 * ours.total()
        assert ours.total() > 0.8 * oracle.total()
        assert not re.search(r"Page \d+ of \d+", found.text)


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (pdf([(72, 700, "x")], trailer="/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + "x" * 32 + ") /U (" + "y" * 32
             + ") /P -4 >> /ID [(a) (b)] "), {}, "encrypted"),
        (pdf(*[[(72, 700, "x")]] * 9), {"max_pages": 8}, "too_many_pages"),
        (pdf([(72, 700, "x")]), {"max_bytes": 100}, "record_too_large"),
        (pdf(*[[(72, 700, "x")]] * 9), {"max_seconds": -1}, "too_slow"),
    ],
)  # fmt: skip
def test_files_that_are_too_much_are_quarantined(
    tmp_path: Path, data: bytes, options: dict[str, int], reason: str
) -> None:
    found = read(tmp_path, data, **options)
    assert isinstance(found, Quarantined)
    assert found.reason == reason


def test_a_scan_says_that_it_has_no_text(tmp_path: Path) -> None:
    found = read(tmp_path, pdf([], []))
    assert isinstance(found, Document)
    assert (found.text, found.no_text) == ("", "image_only")


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"words", "not_pdf"), (b"%PDF-1.4\n" + b"x" * 999, "corrupt_pdf"), (b"", "empty_file")],
)
def test_what_is_no_pdf_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(RawFileError) as caught:
        read(tmp_path, data)
    assert caught.value.reason == reason
