"""The units of a file against the tree as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from service.organisation.plan import Change, Difference, Kind, Present, PresentUnit
from service.organisation.refusals import RowFault, Unusable
from service.organisation.wanted import RowRefused, Wanted, WantedUnit, fold


class Units:
    """Units by key: `id:…` for those that stand, `new:…` for those that a file adds."""

    def __init__(self, present: Present, wanted: Wanted) -> None:
        self._standing = {f"id:{one.id}": one for one in present.units}
        self._by_number = {one.number: one for one in present.units if one.number}
        self._by_name = {fold(one.name): one for one in present.units}
        self._keys = {fold(one.name): f"id:{one.id}" for one in present.units}
        self._names = {f"id:{one.id}": one.name for one in present.units}
        self._parents: dict[str, str | None] = {
            f"id:{one.id}": f"id:{one.parent_id}" if one.parent_id else None
            for one in present.units
        }
        self._added: list[WantedUnit] = []
        self._named: set[str] = set()
        self.changes: list[Change] = []
        self.adopted: list[UUID] = []
        self.unusable: list[Unusable] = []
        for unit in wanted.units:
            self._refusing(unit, self._match)
        for unit in wanted.units:
            self._refusing(unit, self._move)
        self._tell_added()

    def key_of(self, unit_id: UUID) -> str:
        """Return the key of a unit that stands."""
        return f"id:{unit_id}"

    def key_named(self, name: str | None) -> str | None:
        """Return the key of a unit by the name that it has afterwards; raises `RowRefused`."""
        if name is None:
            return None
        key = self._keys.get(fold(name))
        if key is None:
            raise RowRefused(RowFault.UNIT_UNKNOWN, name)
        if (standing := self._standing.get(key)) and standing.ended and key not in self._named:
            raise RowRefused(RowFault.UNIT_UNKNOWN, name)
        return key

    def name_of(self, unit_id: UUID | None) -> str | None:
        """Return what a unit is called before the change; None stays None."""
        return self._standing[f"id:{unit_id}"].name if unit_id else None

    def name_after(self, key: str | None) -> str | None:
        """Return what a unit is called afterwards; None stays None."""
        return self._names[key] if key else None

    def left_empty(self, used: Iterable[str]) -> list[Change]:
        """Return the end of each unit of earlier files that is not named, and stands empty."""
        kept = set(used) | self._named
        kept |= {key for key, one in self._standing.items() if not one.by_file and not one.ended}
        for key in list(kept):
            above = self._parents.get(key)
            while above is not None and above not in kept:
                kept.add(above)
                above = self._parents.get(above)
        return [
            Change(Kind.UNIT_ENDED, one.name, one.id)
            for key, one in self._standing.items()
            if not one.ended and key not in kept
        ]

    def _refusing(self, unit: WantedUnit, act: Callable[[WantedUnit], None]) -> None:
        try:
            act(unit)
        except RowRefused as refused:
            self.unusable.append(Unusable(unit.line, refused.fault, refused.what))

    def _match(self, wanted: WantedUnit) -> None:
        name = fold(wanted.name)
        by_number = self._by_number.get(wanted.number) if wanted.number else None
        by_name = self._by_name.get(name)
        found = by_number or by_name
        if found is None:
            key = f"new:{name}"
            self._keys[name] = key
            self._names[key], self._parents[key] = wanted.name, None
            self._named.add(key)
            self._added.append(wanted)
            return
        key = self.key_of(found.id)
        self._named.add(key)
        if by_name is not None and by_name.id != found.id:
            raise RowRefused(RowFault.UNIT_NAME_TAKEN, wanted.name)
        if by_number is None and found.number and wanted.number:
            raise RowRefused(RowFault.UNIT_NUMBER_DIFFERS, wanted.name)
        self._change(found, wanted, key)

    def _change(self, found: PresentUnit, wanted: WantedUnit, key: str) -> None:
        differences = []
        if found.name != wanted.name:
            self._keys.pop(fold(found.name), None)
            self._keys[fold(wanted.name)] = key
            self._names[key] = wanted.name
            differences.append(Difference("name", found.name, wanted.name))
        if wanted.number and wanted.number != found.number:
            differences.append(Difference("number", found.number, wanted.number))
        if found.ended:
            self.changes.append(Change(Kind.UNIT_BACK, wanted.name, found.id, key))
        if differences:
            kind = Kind.UNIT_CHANGED
            self.changes.append(Change(kind, found.name, found.id, key, tuple(differences)))
        if not found.by_file:
            self.adopted.append(found.id)

    def _move(self, wanted: WantedUnit) -> None:
        key = self._keys.get(fold(wanted.name))
        if wanted.parent is None or key is None:
            return
        parent = self.key_named(wanted.parent)
        before = self._parents[key]
        if parent == before:
            return
        above = parent
        while above is not None:
            if above == key:
                raise RowRefused(RowFault.UNIT_CIRCLE, wanted.name)
            above = self._parents.get(above)
        self._parents[key] = parent
        if (standing := self._standing.get(key)) is not None:
            moved = Difference("parent", self.name_of(standing.parent_id), self.name_after(parent))
            self.changes.append(Change(Kind.UNIT_MOVED, wanted.name, standing.id, key, (moved,)))

    def _tell_added(self) -> None:
        """Tell of the new units, each after the one above it."""
        told: list[tuple[int, Change]] = []
        for unit in self._added:
            key = self._keys[fold(unit.name)]
            parent = self._parents[key]
            depth, above = 0, parent
            while above is not None:
                depth, above = depth + 1, self._parents.get(above)
            said = (("number", unit.number), ("parent", self.name_after(parent)))
            differences = tuple(Difference(name, None, value) for name, value in said if value)
            change = Change(Kind.UNIT_ADDED, unit.name, key=key, differences=differences)
            told.append((depth, change))
        self.changes += [change for _, change in sorted(told, key=lambda one: one[0])]
