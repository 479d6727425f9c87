"""What the books of a textbook repository say of their modules: `LICENSE` and `collections/*.collection.xml`.

osbooks-NAME/
  LICENSE
  collections/NAME.collection.xml     one a book
  modules/m00001/index.cnxml
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.digest import Json
from corpus.errors import RawFileError
from sources.markup import Element, elements
from sources.reader import RawFile

COLLECTION = "{http://cnx.rice.edu/collxml}collection"
_LICENCE_BYTES = 1 << 20
LICENCE_FILE = "LICENSE"


@dataclass(frozen=True, slots=True)
class Collection:
    """What a collection says of the modules it lists."""

    title: str | None
    language: str | None
    licence: str | None
    uuid: str | None
    authors: tuple[str, ...]
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Repository:
    """A folder of books that share their modules and their licence file."""

    folder: str
    licence: str | None
    """In the words of the licence file."""
    collections: tuple[Collection, ...]

    def holds(self, path: str) -> bool:
        """Whether a file lies in it."""
        return path.startswith(f"{self.folder}/")

    def book(self, module_id: str) -> Collection | None:
        """The first collection that lists the module."""
        return next((one for one in self.collections if module_id in one.modules), None)

    def licences(self, module_id: str) -> list[str]:
        """Those of all collections that list the module."""
        return [one.licence for one in self.collections if module_id in one.modules and one.licence]

    @property
    def config(self) -> Json:
        """What it states, not where it lies."""
        books: list[Json] = [
            {
                "title": book.title,
                "language": book.language,
                "licence": book.licence,
                "uuid": book.uuid,
                "authors": list(book.authors),
                "modules": sorted(book.modules),
            }
            for book in self.collections
        ]
        return {"licence": self.licence, "books": books}


def repositories(folder: Path) -> list[Repository]:
    """The repositories at or below `folder`, in the order of their paths.

    Raises:
        RawFileError: there is none, or one of their files cannot be read.
    """
    folder = folder.resolve()
    homes = {path.parent for path in folder.rglob(LICENCE_FILE) if path.is_file()}
    homes |= {path.parent.parent for path in folder.rglob("collections/*.xml")}
    found = []
    for home in sorted(homes):
        terms = home / LICENCE_FILE
        licence = licence_words(RawFile(str(terms))) if terms.is_file() else None
        books = tuple(
            collection
            for path in sorted(home.glob("collections/*.xml"))
            for collection in collections(RawFile(str(path)))
        )
        found.append(Repository(str(home), licence, books))
    if not found:
        raise RawFileError("no_collection", f"no {LICENCE_FILE} and no collections/*.xml below the folder")
    return found


def collections(raw: RawFile) -> Iterator[Collection]:
    """The collections in a file.

    Raises:
        RawFileError: `no_collection`, or any of `sources.markup.elements`.
    """
    found = False
    for element in elements(raw, COLLECTION):
        found = True
        yield collection(element)
    if not found:
        raise RawFileError("no_collection", "no CollXML element `collection`")


def collection(element: Element) -> Collection:
    """What a CollXML element says."""
    meta = next(element.iterchildren("{*}metadata"), None)
    return Collection(
        title=stated(meta, "title"),
        language=stated(meta, "language"),
        licence=stated_licence(meta),
        uuid=stated(meta, "uuid"),
        authors=stated_authors(meta),
        modules=frozenset(module.get("document") or "" for module in element.iter("{*}module")),
    )


def licence_words(raw: RawFile) -> str | None:
    """The title of a licence text, with the name of the organisation that gives it: `Creative Commons Attribution 4.0
    International`; None for a file without words.

    Raises:
        RawFileError: as `RawFile.stream`.
    """
    with raw.stream() as stream:
        text = stream.read(_LICENCE_BYTES).decode(errors="replace")
    title = next((line for line in map(str.strip, text.splitlines()) if any(map(str.isalnum, line))), None)
    if title and "creative commons" in text.lower() and "creative commons" not in title.lower():
        return f"Creative Commons {title}"
    return title


def stated(meta: Element | None, name: str) -> str | None:
    """The words of a metadata element, on one line."""
    return (" ".join((meta.findtext(f"{{*}}{name}") or "").split()) or None) if meta is not None else None


def stated_licence(meta: Element | None) -> str | None:
    """The licence's address, else its words."""
    element = meta.find("{*}license") if meta is not None else None
    if element is None:
        return None
    return (element.get("url") or "").strip() or " ".join((element.text or "").split()) or None


def stated_authors(meta: Element | None) -> tuple[str, ...]:
    """Names of the people and organisations whose role is `author`, in the order in which the role lists them."""
    if meta is None:
        return ()
    names = {
        actor.get("userid"): stated(actor, "fullname")
        or " ".join(part for name in ("firstname", "surname") if (part := stated(actor, name)))
        for actor in meta.iterfind("{*}actors/*")
    }
    roles = [role for role in meta.iterfind("{*}roles/{*}role") if role.get("type") == "author"]
    ids = dict.fromkeys(one for role in roles for one in (role.text or "").split())
    return tuple(name for one in ids if (name := names.get(one)))
