"""A checkpoint as a GGUF file for llama.cpp: `python -P -m eqnegotiator.bench.gguf_model SHAPE CHECKPOINT FILE`.

Every matrix in Q4_0 or Q8_0, the tied embedding included: the same bits per weight as ours (scales are half floats there, floats here).
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np
import numpy.typing as npt
from safetensors import safe_open

from .peer_shapes import SHAPES, Shape

_LAYER: Final = re.compile(r"model\.layers\.(\d+)\.(.+)\.(weight|bias)")
_PARTS: Final = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}  # fmt: skip
_WHOLE: Final = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
_ROTATED: Final = {"attn_q": "heads", "attn_k": "kv_heads"}


def write(shape: Shape, checkpoint: Path, path: Path) -> None:
    """Write the file. The vocabulary has no words: the benchmark feeds token ids.

    Raises:
        ValueError: a tensor of the checkpoint has no place in the format.
    """
    kind = gguf.GGMLQuantizationType.Q4_0 if shape.bits == 4 else gguf.GGMLQuantizationType.Q8_0
    writer = gguf.GGUFWriter(path, shape.type, use_temp_file=True)
    _write_header(writer, shape)
    with safe_open(checkpoint / "model.safetensors", framework="pt") as tensors:
        for source in tensors.keys():  # noqa: SIM118 (no mapping: it cannot be iterated)
            name = _name(source)
            values = tensors.get_tensor(source).float().numpy()
            if shape.type == "llama":
                values = _rotated(name, values, shape)
            if values.ndim == 1:
                writer.add_tensor(name, values)
            else:
                writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_header(writer: Any, shape: Shape) -> None:
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0 if shape.bits == 4 else gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.intermediate)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_rope_dimension_count(shape.hidden // shape.heads)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("no_vocab")


def _name(source: str) -> str:
    if source in _WHOLE:
        return _WHOLE[source]
    found = _LAYER.fullmatch(source)
    if found is None or found[2] not in _PARTS:
        raise ValueError(f"{source}: llama.cpp has no such tensor in this architecture")
    return f"blk.{found[1]}.{_PARTS[found[2]]}.{found[3]}"


def _rotated(name: str, values: npt.NDArray[np.float32], shape: Shape) -> npt.NDArray[np.float32]:
    """llama.cpp turns neighbouring rows of a head's query and key where Hugging Face turns the two halves (architecture llama only)."""
    part = name.split(".")[-2]
    if part not in _ROTATED:
        return values
    heads: int = getattr(shape, _ROTATED[part])
    halves = values.reshape(heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(values.shape)


if __name__ == "__main__":
    write(SHAPES[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3]))
