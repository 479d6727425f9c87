"""Every error hc4 raises on purpose.

    Hc4Error
    ├── RecipeError            the recipe is wrong: file, line, key, and what would be right
    ├── AssetError             a model, tokenizer or data file is absent or not the one named
    ├── RawFileError           a raw file cannot be read at all: it is quarantined, the build goes on
    ├── BuildStopped           the build ends on purpose, nothing half-written
    │   ├── LedgerImbalance    in != kept + dropped + merged + failed
    │   ├── TooManyFailures    the share of quarantined records is above the recipe's limit
    │   └── WipeOut            near-dedup removed more of a source than the recipe allows
    ├── EngineError            a unit failed after its retries: names the unit and the cause
    ├── SnapshotError          a snapshot is damaged, or is not a snapshot
    ├── NotReleased            a document that is asked for is not among those that the snapshot releases
    ├── FetchError             a raw file could not be fetched as its publisher describes it
    └── LoadError              shards cannot be loaded as asked: settings that contradict, or the state of another run

A message says what, where (file, record, recipe line) and what to do. It never quotes document text.
"""

from __future__ import annotations


class Hc4Error(Exception):
    """Root of every deliberate error. `exit_code` is what the command returns."""

    exit_code = 1


class RecipeError(Hc4Error):
    """The recipe does not say what can be built."""

    exit_code = 2


class AssetError(Hc4Error):
    """A model, tokenizer or data file is absent, or its sha256 is not the pinned one."""

    exit_code = 3


class RawFileError(Hc4Error):
    """A raw file is unreadable as a whole.

    `reason` is a short stable code for the ledger (`truncated_gzip`, `malformed_xml`, `empty_file`); `detail` adds
    the place, never content.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class BuildStopped(Hc4Error):
    """The build refuses to go on."""

    exit_code = 4


class LedgerImbalance(BuildStopped):
    """Documents, bytes, words or tokens are unaccounted for."""


class TooManyFailures(BuildStopped):
    """More records were quarantined than the recipe allows."""


class WipeOut(BuildStopped):
    """Near-duplicate removal took more of a source than the recipe allows."""


class EngineError(Hc4Error):
    """A unit of work failed and could not be retried."""

    exit_code = 5


class SnapshotError(Hc4Error):
    """A snapshot is damaged, incomplete, or not a snapshot."""

    exit_code = 6


class NotReleased(Hc4Error):
    """A snapshot read the document and does not release it: dropped, merged or failed, as the message says."""


class FetchError(Hc4Error):
    """A raw file could not be fetched as its publisher describes it, or no longer is what was fetched."""

    exit_code = 7


class LoadError(Hc4Error):
    """Shards cannot be loaded as asked: settings contradict each other or the shards, or a state is of another run."""

    exit_code = 2
