"""Entities: what a sentence names, and the value it stands for. `Extractor` finds them, `train_crf` teaches it."""

from bots.nlu.entities.extractor import Extractor, train_crf

__all__ = ["Extractor", "train_crf"]
