"""What a page is made of: :class:`Algorithm`, with its adapters and its certificate.

An :class:`Algorithm` is a *problem*: the form of its input, parameters with one fixed meaning, the kind of answer, and
a certificate. Its page attaches one adapter per engine::

    @louvain.on("igraph", no_equivalent=("threshold",))
    def _(igraph, graph, p):
        return graph.community_multilevel(weights=p.weight, resolution=p.resolution)

`p` (a :class:`Call`) holds all parameters of the problem, and what belongs to this trial: `p.seed`; `p.source`,
`p.pairs`, `p.vertices` or `p.labels`; and `p.weight`, which is `"weight"` if the posed graph is weighted, else None. An
adapter gets the drawn inputs in the form that its library takes (:meth:`Engine.pairs` and the like), prepared before
the clock starts; a certificate gets NumPy arrays. A certificate that recomputes a sample of the pairs adds those of
`p.disputed`, shape (d,), the indices of pairs on which engines differ.

Pages and engines import everything from here; it is defined in :mod:`graphbench.algorithms._form` (the input),
:mod:`graphbench.algorithms._parameters`, :mod:`graphbench.algorithms._adapter` and :mod:`graphbench.algorithms._answer`
(kinds of answers, findings).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Unpack, get_args

import msgspec

from graphbench.algorithms._adapter import Adapter, Attached, Call, Declared, attaching, misdeclared
from graphbench.algorithms._answer import KINDS, AnyKind, Claimed, Finding, Kind, Quantities, Renumbered, Scaled
from graphbench.algorithms._form import Form, Weights
from graphbench.algorithms._parameters import Parameter
from graphbench.certificates.checks import Wrong
from graphbench.errors import UnsupportedError, UsageError
from graphbench.graphs.edgelist import EdgeList
from graphbench.system.lazy import np

if TYPE_CHECKING:
    import numpy.typing as npt

Family = Literal[
    "centrality",
    "community",
    "components",
    "cores",
    "link analysis",
    "link prediction",
    "sampling",
    "structure",
    "traversal",
    "trees",
]
"""The families of cuGraph's own catalogue of algorithms."""


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs that are drawn once, with the stored seed, and are the same for every engine.

    Attributes:
        sources: source vertices of searches, shape (k,); each trial uses one of them.
        pairs: vertex pairs of similarities, shape (k, 2), each `u < v`, all different.
        vertices: a set of vertices, shape (k,); each trial uses all of them.
        labels: a given partition, shape (n,): the cluster of each vertex, 0 to c - 1.
    """

    sources: npt.NDArray[np.int64] | None = None
    pairs: npt.NDArray[np.int64] | None = None
    vertices: npt.NDArray[np.int64] | None = None
    labels: npt.NDArray[np.int64] | None = None


Drawing = Callable[[EdgeList, Mapping[str, Any], int], Inputs]
"""A page's own function that draws its inputs from the posed graph, the resolved parameters and the seed."""


Check: TypeAlias = "Callable[[EdgeList, npt.NDArray[Any], Call], Finding]"


@dataclass(kw_only=True)
class Algorithm:
    """A problem and its adapters.

    Attributes:
        name: as on the command line.
        title: the name in prose.
        revision: raise it when a change to the parameters, the adapters or the certificate makes old records
            incomparable with new ones; they become stale.
        family: the heading that it is listed under.
        form: the graph it is posed on.
        kind: the common form of its answer.
        parameters: all of them, including those of the draw (`sources`, `pairs`, `vertices`).
        aliases: other names.
        draws: which inputs are drawn: `sources`, `pairs`, `vertices`, the page's own function, or None.
        unique: whether there is one right answer (up to renaming, within epsilon). Only then are answers of engines
            compared with each other (and partitions by their mutual information); otherwise the certificate alone
            decides.
        seeded: whether trial i runs with `seed + i`.
        quality: for heuristics, the key of the quantity that measures quality (higher is better); else None.
        headline: the key of the quantity that represents the answer in a table.
        labels_are_vertices: whether the labels of its answer are ids of vertices.
        columns: names of the numbers of kind `vectors` (one word each) and `quantities`, in their order.
        on_device: whether its certificate accepts edges in chunks of any arrays, so that it can run on the device where
            a graph is made; otherwise such a graph is copied to the host for certification.
        epsilon: from the parameters, how far two right answers may differ in one value: the tolerance of
            :func:`graphbench.certificates.agreement.agreement`.
        refusal: from the posed graph and the parameters, why they do not fit together; empty if they do.
        derived: from the posed graph and the parameters, further values for the :class:`Call` of every adapter and the
            certificate.
        load_engine: imports the file of the engine of that name, or of every engine (None), and attaches the adapters
            that it brings; set by the registry.
    """

    name: str
    title: str
    family: Family
    form: Form
    kind: AnyKind
    headline: str
    revision: int = 1
    labels_are_vertices: bool = False
    columns: tuple[str, ...] = ()
    parameters: Sequence[Parameter] = ()
    aliases: tuple[str, ...] = ()
    draws: Literal["sources", "pairs", "vertices"] | Drawing | None = None
    unique: bool = True
    seeded: bool = False
    quality: str | None = None
    on_device: bool = False
    epsilon: Callable[[Mapping[str, Any]], float] = lambda _: 0.0
    refusal: Callable[[EdgeList, Mapping[str, Any]], str] = lambda _, __: ""
    derived: Callable[[EdgeList, Mapping[str, Any]], Mapping[str, Any]] = lambda _, __: {}
    load_engine: Callable[[str | None], None] = lambda _: None
    _adapters: dict[str, Attached] = field(default_factory=dict, init=False)
    _gaps: dict[str, str] = field(default_factory=dict, init=False)
    _brought: set[str] = field(default_factory=set, init=False)
    _certify: Check | None = field(default=None, init=False)

    def on(self, *engines: str, **declared: Unpack[Declared]) -> Callable[[Adapter], Adapter]:
        """Attach the decorated adapter to engines.

        Args:
            engines: names of engines; several where one call serves them all.
            declared: the attributes of :class:`Attached`.
        """
        return attaching(self._adapters, engines, **declared)

    def attach(self, engine: str, adapter: Attached | None, gap: str) -> None:
        """Take over what an engine's own file has for this problem, unless this page has something already.

        Args:
            engine: the engine's name.
            adapter: None if its file has none.
            gap: why it has no adapter; empty if there is no reason that holds for every problem.
        """
        if engine in self._adapters or engine in self._gaps:
            return
        self._brought.add(engine)
        if adapter is not None:
            self._adapters[engine] = adapter
        elif gap:
            self._gaps[engine] = gap

    def gap(self, engine: str, reason: str) -> None:
        """Declare that an engine has no adapter here, and why."""
        self._gaps[engine] = reason

    @property
    def refers_to(self) -> dict[str, str]:
        """The engines that it has an adapter or a gap for, each with the module of the adapter; empty for a gap."""
        modules = {name: adapter.call.__module__ for name, adapter in self._adapters.items()}
        return {
            name: module
            for name, module in (dict.fromkeys(self._gaps, "") | modules).items()
            if name not in self._brought
        }

    def certificate(self, check: Check) -> Check:
        """Attach the decorated certificate: `(posed edges, answer, call) -> Finding`; it raises `Wrong` if it fails."""
        self._certify = check
        return check

    @property
    def certify_check(self) -> Check:
        """The certificate as the page defines it, docstring and all."""
        assert self._certify is not None
        return self._certify

    @property
    def page(self) -> Path:
        """The file that this algorithm is written on."""
        return Path(self.certify_check.__code__.co_filename)

    def adapter(self, engine: str) -> Attached:
        """The engine's adapter; imports no other engine's file.

        Raises:
            UnsupportedError: if the engine has no adapter, with the declared reason.
        """
        if attached := self.find_adapter(engine):
            return attached
        raise UnsupportedError(self._gaps.get(engine, f"no adapter for {self.name}"))

    def find_adapter(self, engine: str) -> Attached | None:
        """The engine's adapter, or None; imports no other engine's file."""
        self.load_engine(engine)
        return self._adapters.get(engine)

    @property
    def adapters(self) -> dict[str, Attached]:
        """All adapters by engine; imports every engine's file."""
        self.load_engine(None)
        return self._adapters

    @property
    def gaps(self) -> dict[str, str]:
        """Why engines have no adapter, by engine; imports every engine's file."""
        self.load_engine(None)
        return self._gaps

    def fault(self) -> str:
        """What a page cannot do without and this one has not; empty if it is complete."""
        if self._certify is None:
            return f"{self.name!r} has no certificate. Define one: a function (edges, answer, p) under .certificate."
        if self.kind not in KINDS:
            return f"{self.name!r} has the kind {self.kind!r}; expected one of: {', '.join(KINDS)}."
        own: dict[str, type | tuple[str, ...]] = {
            "title": str, "revision": int, "aliases": tuple, "columns": tuple, "family": get_args(Family),
        }  # fmt: skip
        return misdeclared(self, own) or misdeclared(self.form, {"directed": bool, "weights": get_args(Weights)})

    # From parameters to one call

    def resolve(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, defaults filled in and values checked.

        Raises:
            UsageError: for an unknown parameter or a value out of range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if meant := self.parameter_meant(name):
                use = f"--{meant.name.replace('_', '-')}"
                raise UsageError(f"{self.name} has no parameter {name!r}. Use {use}: {meant.help}")
            if name not in known:
                names = ", ".join(known) or "none"
                raise UsageError(f"{self.name} has no parameter {name!r}; it has: {names}.")
        if self.draws == "sources" and (number := given.get("sources")) is not None and given.get("source") is not None:
            problem = "--source and --sources exclude each other: a search from a named vertex draws no other sources"
            raise UsageError(f"{problem}. Remove --sources, or remove --source to draw {number}.")
        return {name: parameter.check(given.get(name)) for name, parameter in known.items()}

    def parameter_meant(self, name: str) -> Parameter | None:
        """The parameter that libraries call by this name, which is none of the page's own."""
        if any(parameter.name == name for parameter in self.parameters):
            return None
        return next((parameter for parameter in self.parameters if name in parameter.also), None)

    def pose(self, edges: EdgeList, *, seed: int, ignore_weights: bool = False) -> EdgeList:
        """The graph as this problem sees it.

        Raises:
            InputError: if the graph does not fit: no vertices, or weights that the problem forbids.
        """
        return self.form.apply(edges, title=self.title, seed=seed, ignore_weights=ignore_weights)

    def draw(self, posed: EdgeList, params: Mapping[str, Any], seed: int) -> Inputs:
        """Draw the problem's inputs, the same for every engine.

        Raises:
            UsageError: if a parameter does not fit the graph, or names a vertex that the graph does not have.
        """
        from graphbench.algorithms import draws

        if why := self.refusal(posed, params):
            raise UsageError(why)
        if self.draws == "sources":
            return Inputs(sources=draws.sources(posed, params["sources"], params["source"], seed))
        if self.draws == "pairs":
            return Inputs(pairs=draws.pairs(posed, params["pairs"], seed))
        if self.draws == "vertices":
            return Inputs(vertices=draws.sources(posed, params["vertices"], None, seed))
        return self.draws(posed, params, seed) if self.draws else Inputs()

    def call(self, posed: EdgeList, params: Mapping[str, Any], inputs: Inputs, *, seed: int, trial: int = 0) -> Call:
        """What an adapter and the certificate get for one trial."""
        p = Call(**params, **self.derived(posed, params))
        p.num_vertices, p.directed, p.weighted = posed.num_vertices, posed.directed, posed.weighted
        p.weight = "weight" if posed.weighted else None
        p.seed = seed + trial if self.seeded else seed
        if inputs.sources is not None:
            p.source = int(inputs.sources[trial % len(inputs.sources)])
        if inputs.pairs is not None:
            p.pairs = inputs.pairs
            p.disputed = np.empty(0, dtype=np.int64)
        for name in ("vertices", "labels"):
            if (values := getattr(inputs, name)) is not None:
                setattr(p, name, values)
        return p

    def certify(self, posed: EdgeList, answer: npt.NDArray[Any], p: Call) -> Finding:
        """Check an answer in the common form, independently of every engine."""
        try:
            found: Any = self.certify_check(posed, answer, p)
        except Wrong as wrong:
            return Finding(valid=False, detail=wrong.detail, quantities=wrong.quantities)
        needed = (self.headline, self.quality or self.headline)
        if not isinstance(found, Finding):
            fault = f"returned {'None' if found is None else type(found).__name__}, expected a Finding"
        elif found.valid and (missing := [key for key in dict.fromkeys(needed) if key not in found.quantities]):
            fault = f"returned a Finding without the quantity {missing[0]!r}, which the page declares"
        else:
            return found
        code = self.certify_check.__code__
        return Finding(
            valid=False, detail=f"{Path(code.co_filename).name}, line {code.co_firstlineno}: the certificate {fault}"
        )


__all__ = [
    "Adapter",
    "Algorithm",
    "AnyKind",
    "Attached",
    "Call",
    "Check",
    "Claimed",
    "Declared",
    "Drawing",
    "Family",
    "Finding",
    "Form",
    "Inputs",
    "Kind",
    "Parameter",
    "Quantities",
    "Renumbered",
    "Scaled",
    "attaching",
    "misdeclared",
]
