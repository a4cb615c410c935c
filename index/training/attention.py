"""Attention: in sixteen bits, for training on a CPU.

Torch's own attention on a CPU spends most of a training step going backward. As plain products of matrices
a step of the verifier takes .96 instead of 1.57 s (4,300 tokens, two cores with AMX).
"""

from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

_NAME = "sixteen bits"


def attend_in_sixteen_bits(model: PreTrainedModel) -> None:
    """Make a model's attention products of matrices in bfloat16, without dropout."""
    ALL_ATTENTION_FUNCTIONS.register(_NAME, _attention)
    ALL_MASK_ATTENTION_FUNCTIONS.register(_NAME, eager_mask)
    model.set_attn_implementation(_NAME)


def _attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **_: Any
) -> tuple[Tensor, None]:
    """What transformers asks of an attention: [texts, heads, tokens, d] in, [texts, tokens, heads, d] out.

    `attention_mask`, float[texts, 1, tokens, tokens], is added to the products; it is None where all
    texts are of one length.
    """
    texts, heads, tokens, width = query.shape
    with torch.autocast("cpu", enabled=False):
        q, k, v = (part.bfloat16().reshape(-1, tokens, width) for part in (query, key, value))
        products = torch.bmm(q * width**-0.5, k.transpose(1, 2)).view(texts, heads, tokens, tokens)
        if attention_mask is not None:
            products = products + attention_mask.bfloat16()
        shares = torch.softmax(products, -1).view(-1, tokens, tokens)
        met = torch.bmm(shares, v).view(texts, heads, tokens, width)
    return met.to(query.dtype).transpose(1, 2).contiguous(), None
