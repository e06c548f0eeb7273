"""What training leaves behind: arrays and a few numbers, as bytes that hold no code (numpy without pickle)."""

import io
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from bots.nlu.encoder import WIDTH
from bots.nlu.features import Values
from bots.nlu.layers import Halves, Layer
from hub.errors import Malformed

FORMAT = 2


class Gate(Struct, frozen=True, kw_only=True):
    """From which score on a sentence is one of the bot's; below it is `nlu_fallback`.

    The score is the energy of lexical scores and those of the vector (`fused`), or of the lexical ones without it
    (`alone`); `words` is what lexical scores are multiplied with where there is a vector. `sure` is
    the lead of the first class over the second, in lexical scores, from which on no vector is asked for.
    """

    alone: float = float("-inf")
    fused: float = float("-inf")
    words: float = 2.0
    sure: float = float("inf")


class Knowledge(Struct, frozen=True, kw_only=True):
    """Everything that was learned. Immutable; shared by all tasks of a process."""

    classes: tuple[str, ...]
    """Intents; those of a retrieval intent by their whole name."""
    names: tuple[str, ...]
    """The vocabulary."""
    weights: Values
    lexical: Layer
    scale: float = 1.0
    """What its scores are multiplied with to be probable where there is no vector."""
    fused: Layer | None = None
    """Over the vocabulary and, behind it, the numbers of a vector."""
    gating: Layer | None = None
    """Over the numbers of a vector: what the gate adds to the lexical scores."""
    vectors: Halves | None = None
    """Of the examples, a row each, in the order of the project."""
    encoder: str = ""
    gate: Gate = Gate()
    tagger: bytes = b""
    """The model of the entity finder."""


class _Head(Struct, frozen=True, kw_only=True):
    format: int
    classes: tuple[str, ...]
    encoder: str
    scale: float
    gate: dict[str, str]
    """As text: JSON has no infinity."""


def dump(known: Knowledge) -> bytes:
    """Write it down."""
    gate = {name: repr(value) for name, value in msgspec.structs.asdict(known.gate).items()}
    head = _Head(format=FORMAT, classes=known.classes, encoder=known.encoder, scale=known.scale, gate=gate)
    arrays: dict[str, Any] = {
        "head": _bytes(msgspec.json.encode(head)),
        "names": _bytes("\n".join(known.names).encode("utf-8", "surrogatepass")),
        "idf": known.weights, "lexical": known.lexical.weights, "lexical_bias": known.lexical.bias,
        "tagger": _bytes(known.tagger),
    }  # fmt: skip
    if known.fused is not None and known.gating is not None and known.vectors is not None:
        arrays |= {"fused": known.fused.weights, "fused_bias": known.fused.bias, "vectors": known.vectors}
        arrays |= {"gating": known.gating.weights, "gating_bias": known.gating.bias}
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def load(data: bytes) -> Knowledge:
    """Read it back; raises `Malformed` for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return _read({name: arrays[name] for name in arrays.files})
    except (ValueError, KeyError, OSError, EOFError, TypeError, msgspec.MsgspecError) as error:
        raise Malformed("This is no trained bot", hint="Train it again.") from error


def _read(found: dict[str, Any]) -> Knowledge:
    head = msgspec.json.decode(found["head"].tobytes(), type=_Head)
    if head.format != FORMAT:
        raise ValueError(f"format {head.format}")
    gate = Gate(**{name: float(value) for name, value in head.gate.items()})
    names = found["names"].tobytes().decode("utf-8", "surrogatepass")
    fused = Layer(found["fused"], found["fused_bias"]) if "fused" in found else None
    gating = Layer(found["gating"], found["gating_bias"]) if fused is not None else None
    known = Knowledge(
        classes=head.classes, names=tuple(names.split("\n")) if names else (), weights=found["idf"],
        lexical=Layer(found["lexical"], found["lexical_bias"]), scale=head.scale, fused=fused, gating=gating,
        vectors=found.get("vectors"), encoder=head.encoder, gate=gate, tagger=found["tagger"].tobytes(),
    )  # fmt: skip
    _fits(known)
    return known


def _fits(known: Knowledge) -> None:
    """Refuse arrays that do not belong together."""
    count = len(known.classes)
    shapes = [(known.lexical.weights.shape, (len(known.names), count)), (known.lexical.bias.shape, (count,)),
              (known.weights.shape, (len(known.names),))]  # fmt: skip
    if known.fused is not None:
        shapes += [(known.fused.weights.shape, (len(known.names) + WIDTH, count)), (known.fused.bias.shape, (count,))]
    if known.gating is not None:
        shapes += [(known.gating.weights.shape, (WIDTH, count)), (known.gating.bias.shape, (count,))]
    if any(found != wanted for found, wanted in shapes):
        raise ValueError("shapes")


def _bytes(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(data, np.uint8)
