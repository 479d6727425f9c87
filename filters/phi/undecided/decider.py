"""Who decides about undecided words: presidio, or a plug-in with weights of one's own.

A plug-in is a factory, a callable that takes the path of its weights (or None) and returns a `Decider`. It is named
by an entry point of the group `hc4.phi_deciders`, or as `module:factory`. A decider must give a sentence the same
answer whatever other sentences stand beside it: which those are depends on how a build is split into units.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Sequence
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, packages_distributions, version
from pathlib import Path
from typing import Final, Protocol, cast, runtime_checkable

from corpus.digest import Json, digest
from corpus.errors import AssetError, RecipeError
from filters.phi.policy import Policy

Decision = tuple[int, int, str]
"""Characters `[start, end)` of a sentence, and the kind of identifier they are (`filters.phi.classes.KINDS`)."""

RULES: Final = "rules"
PRESIDIO: Final = "presidio"
GROUP: Final = "hc4.phi_deciders"
_INSTALL = 'Install it (pip install "hc4[ner]")'


@runtime_checkable
class Decider(Protocol):
    """Finds identifiers in sentences."""

    def decide(self, sentences: Sequence[str]) -> list[list[Decision]]:
        """What each of `sentences` holds, in their order. Line breaks in them are spaces already."""
        ...


def load_decider(name: str, weights: Path | None = None) -> Decider:
    """The decider called `name`: `presidio`, an entry point of `hc4.phi_deciders`, or `module:factory`.

    `weights` is the file or folder that a plug-in reads; for `presidio`, the folder of another spaCy model.

    Raises:
        RecipeError: there is no such decider.
        AssetError: its package or its weights are absent.
    """
    _check_weights(name, weights)
    if name == PRESIDIO:
        return _presidio(weights)
    factory = _factory(name)
    if not callable(factory):
        raise RecipeError(f"PHI decider {name!r} is not callable: name a factory that takes the path of its weights")
    decider = factory(weights)
    if not isinstance(decider, Decider):
        raise RecipeError(f"PHI decider {name!r}: what its factory returns has no method `decide`")
    return decider


def decider_for(policy: Policy, undecided: str | None = None, weights: Path | None = None) -> Decider | None:
    """Who decides under `policy`; None: the rules alone. `undecided` replaces what the policy says.

    Raises:
        RecipeError: there is no such decider.
        AssetError: something of it is absent; the message names the policy and the alternative.
    """
    name = chosen(policy, undecided, weights)
    if name == RULES:
        return None
    try:
        return load_decider(name, weights)
    except AssetError as error:
        raise _for_policy(policy, name, error) from error


def chosen(policy: Policy, undecided: str | None = None, weights: Path | None = None) -> str:
    """The decider's name: `undecided`, or else what `policy` says.

    Raises:
        RecipeError: weights for the rules.
    """
    name = policy.undecided if undecided is None else undecided
    if name == RULES and weights is not None:
        raise RecipeError(f"PHI policy {policy.name!r}: `undecided: rules` takes no weights")
    return name


def decider_state(policy: Policy, undecided: str | None = None, weights: Path | None = None) -> dict[str, Json]:
    """What may change a decision, for a stage's digest: name, versions of packages, sha256 of weights and code.

    Raises:
        RecipeError: there is no such decider.
        AssetError: something of it is absent.
    """
    name = chosen(policy, undecided, weights)
    if name == RULES:
        return {"decider": RULES}
    try:
        _check_weights(name, weights)
        if name == PRESIDIO:
            from filters.phi.undecided.model import model_state

            return {"decider": name, **model_state(weights)}
        return {"decider": name, **_plugin_state(name), "weights": None if weights is None else tree_sha256(weights)}
    except AssetError as error:
        raise _for_policy(policy, name, error) from error


def tree_sha256(path: Path) -> str:
    """sha256 of a file; of a folder, the digest of its files' names and sha256, sorted by name."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    files = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return digest([[file.relative_to(path).as_posix(), tree_sha256(file)] for file in files])


def _check_weights(name: str, weights: Path | None) -> None:
    if weights is not None and not weights.exists():
        raise AssetError(f"PHI decider {name!r}: no weights at {weights}. They are never fetched: put them there")


def _for_policy(policy: Policy, name: str, error: AssetError) -> AssetError:
    return AssetError(
        f"PHI policy {policy.name!r} leaves words that no rule decides to {name}. {error}; or let them stand: "
        "`phi: {undecided: rules}` in the recipe (the manifest states it), `--undecided rules` on the command line"
    )


def _presidio(weights: Path | None) -> Decider:
    try:
        from filters.phi.undecided.presidio import PresidioDecider
    except ImportError as error:
        raise AssetError(f"{_lacking(error)}. {_INSTALL}") from error
    return PresidioDecider(weights)


def _lacking(error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"Package {(error.name or 'presidio_analyzer').partition('.')[0]} is not installed"
    return f"Package {error.name or 'presidio_analyzer'} cannot be imported"


def _entry_point(name: str) -> EntryPoint | None:
    found = sorted(entry_points(group=GROUP, name=name), key=lambda point: point.value)
    if len({point.value for point in found}) > 1:
        packages = ", ".join(sorted({point.dist.name for point in found if point.dist is not None}))
        raise RecipeError(f"PHI decider {name!r} is offered by more than one package: {packages}")
    return found[0] if found else None


def _target(name: str) -> EntryPoint:
    """Where the factory is.

    Raises:
        RecipeError: `name` is no entry point and has not the form `module:factory`.
    """
    point = _entry_point(name)
    if point is not None:
        return point
    module, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in [*module.split("."), *attribute.split(".")]):
        known = ", ".join([RULES, PRESIDIO, *sorted({point.name for point in entry_points(group=GROUP)})])
        raise RecipeError(f"unknown PHI decider {name!r}; known: {known}, or a plug-in as module:factory")
    return EntryPoint(name, name, GROUP)


def _factory(name: str) -> object:
    target = _target(name)
    try:
        importlib.import_module(target.module)
    except ModuleNotFoundError as error:
        lacking = (error.name or target.module).partition(".")[0]
        raise AssetError(f"PHI decider {name!r}: module {lacking} is not installed. Install its package") from error
    try:
        return cast(object, target.load())
    except AttributeError:
        raise RecipeError(f"PHI decider {name!r}: module {target.module} has no {target.attr}") from None


def _plugin_state(name: str) -> dict[str, Json]:
    """Version of the plug-in's package, if it is of one, and sha256 of the module's file."""
    _factory(name)
    module = importlib.import_module(_target(name).module)
    source = getattr(module, "__file__", None)
    owners = packages_distributions().get(module.__name__.partition(".")[0], [])
    return {
        "packages": versions(owners),
        "module": module.__name__,
        "source": None if source is None else tree_sha256(Path(source)),
    }


def versions(packages: Sequence[str]) -> dict[str, Json]:
    """Version of each of `packages`; None for one that is not installed."""
    found: dict[str, Json] = {}
    for name in sorted(set(packages)):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
