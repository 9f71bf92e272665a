"""The import contract that import-linter lacks: across rooms, only through the doors.

A domain may use a lower domain's `model` and `service` (and what `extra_doors` names, with the reason
beside it in pyproject.toml), never its `repo`, `api`, `pages` or `jobs`. `app` and `cli` compose and may
import anything.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Options: `root`, `domains` (rooms behind doors), `doors`, `extra_doors` (`room.module`),
    `composers`.
    """

    type_name = "doors"

    root = fields.StringField()
    domains = fields.ListField(subfield=fields.StringField())
    doors = fields.ListField(subfield=fields.StringField())
    extra_doors = fields.ListField(subfield=fields.StringField(), required=False, default=[])
    composers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        open_to_all = {f"{self.root}.{domain}.{door}" for domain in self.domains for door in self.doors} | {
            f"{self.root}.{door}" for door in self.extra_doors
        }
        broken = []
        for importer in sorted(graph.modules):
            if self._room(importer) in self.composers:
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if self._passes_a_wall(importer, imported) and not _within(imported, open_to_all):
                    broken.append((importer, imported))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, which is not a door of its room")

    def _passes_a_wall(self, importer: str, imported: str) -> bool:
        room = self._room(imported)
        return room in self.domains and room != self._room(importer)

    def _room(self, module: str) -> str:
        parts = module.split(".")
        return parts[1] if len(parts) > 1 and parts[0] == self.root else ""


def _within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)
