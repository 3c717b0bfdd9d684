"""Make the SLM bundle from a trained checkpoint: `python -P -m eqnegotiator.models.train.bundle_slm --work DIR --out DIR`.

Export, parity check against PyTorch on held-out plans (no bundle without it), held-out perplexity, manifest.
"""

from __future__ import annotations

import argparse
import json
import shutil
from itertools import islice
from pathlib import Path
from typing import Any, Final

import torch
from eqnegotiator.models.bundle import Source, write_manifest
from eqnegotiator.models.checkpoint import open_checkpoint
from eqnegotiator.models.export import export_decoder
from eqnegotiator.models.prompt import BOS, EOS, PAD, render
from eqnegotiator.models.train.corpus import samples, wordings
from eqnegotiator.models.train.slm import CONTEXT, build_model, write_hugging_face
from eqnegotiator.models.wording import FILE_NAME, Wordings
from tokenizers import Tokenizer

_PARITY_SEQUENCES: Final = 60
_LEAST_AGREEMENT: Final = 0.97
_MOST_PERPLEXITY_RATIO: Final = 1.02

_SOURCES: Final = [
    Source("phrase banks", "Apache-2.0", "models/train/text of this project", "this commit", "domain text, both sides of the conversation"),
    Source("Persuasion for Good", "Apache-2.0", "https://github.com/ohyj1002/persuasionforgood", "3fbc0df", "general dialogue"),
    Source("CaSiNo", "CC-BY-4.0", "https://github.com/kushalchawla/CaSiNo", "2f6ed4a", "general dialogue"),
    Source("Taskmaster-4", "CC-BY-4.0", "https://github.com/google-research-datasets/Taskmaster", "d92cb6a", "general dialogue"),
    Source("Schema-Guided Dialogue", "CC-BY-SA-4.0", "https://github.com/google-research-datasets/dstc8-schema-guided-dialogue", "e852981", "general dialogue"),
    Source("CuCom e-commerce", "Apache-2.0", "https://github.com/vakyansh/cucom", "60b9a7f", "general dialogue (synthetic)"),
]  # fmt: skip


def bundle(work: Path, out: Path, version: str, created: str, replies: Path | None) -> None:
    """Write the bundle. `replies`: figures of `bench.replies` and of reading, as JSON, that the manifest is to carry.

    Raises:
        SystemExit: the exported model is not what was trained; nothing is written.
    """
    state = torch.load(work / "checkpoint.pt", weights_only=True)
    model = build_model()
    model.load_state_dict(state["model"])
    write_hugging_face(work / "hf", model, work / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    held_out = [render(sample.plan) + sample.reply + EOS for sample in islice(samples(99, held_out=True), _PARITY_SEQUENCES)]
    (work / "onnx").mkdir(exist_ok=True)
    sequences = [item.ids[:CONTEXT] for item in tokenizer.encode_batch(held_out)]
    decoder = export_decoder(open_checkpoint(str(work / "hf"), print), work / "onnx", sequences, bits=8, block=32, context=CONTEXT)
    parity = decoder.parity
    print(json.dumps(parity._asdict()))
    if parity.top1_agreement < _LEAST_AGREEMENT or parity.perplexity_export > parity.perplexity_source * _MOST_PERPLEXITY_RATIO:
        raise SystemExit(f"the exported model is not the trained one: {parity}; no bundle was written")
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(work / "onnx" / "model.onnx", out / "model.onnx")
    shutil.copyfile(work / "tokenizer.json", out / "tokenizer.json")
    Wordings.of(wording for text in ("acks.txt", "moves_terms.txt", "moves_other.txt") for wording in wordings(text)).save(out / FILE_NAME)
    training: dict[str, Any] = (
        json.loads((work / "training.json").read_text()) if (work / "training.json").exists() else {"steps": state["step"]}
    )
    write_manifest(
        out,
        name="eqneg-slm-plan",
        version=version,
        kind="slm",
        licence="CC-BY-SA-4.0",
        sources=_SOURCES,
        architecture=decoder.architecture
        | {"context": CONTEXT, "parameters": decoder.parameters, "bits": 8, "block": 32, "attention": "gqa", "opset": decoder.opset},
        labels={},
        prompt_style="plan",
        special_tokens={"pad": PAD, "bos": BOS, "eos": EOS},
        calibration={},
        files=["model.onnx", "tokenizer.json", FILE_NAME],
        quality={"training": training, "parity_int8_vs_torch": parity._asdict()} | (json.loads(replies.read_text()) if replies else {}),
        created=created,
    )  # fmt: skip


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="where slm.py trained")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--created", required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--replies", type=Path, metavar="FILE", help="JSON for the manifest's quality: figures of bench.replies, of reading")
    arguments = parser.parse_args()
    bundle(arguments.work, arguments.out, arguments.version, arguments.created, arguments.replies)


if __name__ == "__main__":
    main()
