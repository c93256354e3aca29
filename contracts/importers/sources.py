"""Opens what a person gives: a file, a folder or a zip of files, each part with its recipe."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from contracts.importers.presets import Part
from contracts.importers.problems import FileRefused
from contracts.importers.recipes import Recipe
from contracts.importers.rows import ParsedRow, RowReader
from contracts.importers.tables import ZIP_MAGIC, CsvTable, headings_of, numbered, open_csv
from contracts.importers.workbooks import WorkbookTable, check_archive, open_workbook

Table = CsvTable | WorkbookTable


@dataclass(frozen=True, slots=True)
class OpenPart:
    """One table that can be read as often as needed. `name` is the file's where there are many."""

    name: str
    recipe: Recipe
    table: Table

    def rows(self) -> Iterator[ParsedRow]:
        """Yield the rows as values or errors. Raises FileRefused."""
        records = self.table.records()
        headings = headings_of(records)
        reader = RowReader(self.recipe, headings)
        for row in numbered(records, headings):
            yield reader.read(row)

    def count(self) -> int:
        """Return how many rows there are, empty ones left out. Raises FileRefused."""
        if isinstance(self.table, WorkbookTable):
            return self.table.estimated_rows()
        records = self.table.records()
        return sum(1 for _row in numbered(records, headings_of(records)))


@contextmanager
def opened(path: Path, parts: tuple[Part, ...]) -> Iterator[list[OpenPart]]:
    """Open the parts of a preset or mapping at `path`. Raises FileRefused."""
    with ExitStack() as stack:
        if not parts[0].name:
            yield [OpenPart("", parts[0].recipe, open_table(path, parts[0].recipe))]
            return
        folder = path
        if not path.is_dir():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            _unpack(path, folder, parts)
        yield list(_parts_in(folder, parts))


def open_table(path: Path, recipe: Recipe | None = None) -> Table:
    """Open one file as a table, CSV or XLSX by its content. Raises FileRefused."""
    if path.is_dir():
        raise FileRefused("not_a_file")
    with path.open("rb") as handle:
        magic = handle.read(len(ZIP_MAGIC))
    if not magic:
        raise FileRefused("empty_file")
    if magic == ZIP_MAGIC:
        return open_workbook(path)
    if recipe is None:
        return open_csv(path)
    return open_csv(path, recipe.encoding, recipe.delimiter)


def _parts_in(folder: Path, parts: tuple[Part, ...]) -> Iterator[OpenPart]:
    for part in parts:
        path = folder / part.name
        if path.is_file():
            yield OpenPart(part.name, part.recipe, open_table(path, part.recipe))
        elif not part.optional:
            raise FileRefused("part_missing", name=part.name)


def _unpack(path: Path, folder: Path, parts: tuple[Part, ...]) -> None:
    """Write the wanted members of a zip into the folder, under our names for them."""
    wanted = {part.name for part in parts}
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            for member in archive.infolist():
                name = PurePosixPath(member.filename).name
                if name in wanted and not member.is_dir():
                    (folder / name).write_bytes(archive.read(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as broken:
        if zipfile.is_zipfile(path):
            raise FileRefused("broken_archive") from broken
        names = ", ".join(sorted(wanted))
        raise FileRefused("not_a_folder", names=names) from broken
