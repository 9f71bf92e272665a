"""The import contract that import-linter lacks: across rooms, only through the doors.

A domain may use a lower domain's `model`, `service` and what they are split into, never its `repo`, `api`,
`pages` or `jobs`: those are its own. The engine runs the jobs; `app`, `cli` and `bench` compose and may
import anything.
"""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Options: `root`, `domains` (rooms with doors), `closed` (module names), `runners` (of jobs),
    `composers`.
    """

    type_name = "doors"

    root = fields.StringField()
    domains = fields.ListField(subfield=fields.StringField())
    closed = fields.ListField(subfield=fields.StringField())
    runners = fields.ListField(subfield=fields.StringField())
    composers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._breaks_in(importer, imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, which is not a door of its room")

    def _breaks_in(self, importer: str, imported: str) -> bool:
        room, visitor = self._room(imported), self._room(importer)
        if room == visitor or room not in self.domains or visitor in self.composers:
            return False
        module = imported.split(".")[2:3]
        closed = {name for name in self.closed if name != "jobs" or visitor not in self.runners}
        return bool(closed.intersection(module))

    def _room(self, module: str) -> str:
        parts = module.split(".")
        return parts[1] if len(parts) > 1 and parts[0] == self.root else ""
