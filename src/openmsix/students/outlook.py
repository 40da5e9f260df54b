"""The consolidated records that there would be if records went over to other children. Reads personal data: for pages that have written down their disclosure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from openmsix.deadlines import clock
from openmsix.students.consolidate import consolidate
from openmsix.students.queries import sources_of
from openmsix.students.record import ConsolidatedRecord
from openmsix.students.values import SourceRecord


@dataclass(frozen=True)
class Outlook:
    """A child as it would be shown. `msix_id`: empty for one that will be made."""

    msix_id: str
    sources: tuple[SourceRecord, ...]
    record: ConsolidatedRecord

    @property
    def doubled(self) -> tuple[str, ...]:
        """States of which it would have several live records: mostly a State has one for a child."""
        of = Counter(source.state_code for source in self.sources)
        return tuple(sorted(state for state, records in of.items() if records > 1))


def outlooks(msix_ids: Collection[str], after: Mapping[int, str]) -> list[Outlook]:
    """The children that would be shown: the records of these, each with the MSIX ID it would have."""
    of: dict[str, list[SourceRecord]] = defaultdict(list)
    for msix_id in sorted(msix_ids):
        for source in sources_of(msix_id):
            of[after.get(source.state_record_id, msix_id)].append(source)
    return [
        Outlook(msix_id, tuple(sources), consolidate(sources, msix_id=msix_id, ref="", today=clock.today()))
        for msix_id, sources in sorted(of.items(), reverse=True)
    ]
