"""A file of an export, as an answer that is read piece by piece."""

from typing import Final

from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Stream

from chappe.persons.files import ExportFolder
from chappe.persons.model import Export, ExportFormat

GivenFolder = NamedDependency[SkipValidation[ExportFolder]]
_MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.ZIP: "application/zip",
}


def download(folder: ExportFolder, found: Export) -> Stream:
    """Its file, piece by piece."""
    headers = {
        "content-disposition": f'attachment; filename="{found.file_name}"',
        "content-length": str(found.bytes),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Stream(folder.pieces(found), media_type=_MEDIA_TYPES[found.format], headers=headers)
