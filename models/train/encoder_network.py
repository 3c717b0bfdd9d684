"""The network that is trained: a BERT-class encoder, the mean of its last layer, one linear layer for all heads.

The starting weights were made for the mean over tokens, so sentences that mean the same already lie together there. Knows tensors only.
"""

from __future__ import annotations

from typing import Any

import torch

__all__ = ["UtteranceNetwork"]

DROPOUT = 0.1


class UtteranceNetwork(torch.nn.Module):
    """Token numbers to logits [rows, labels]."""

    def __init__(self, bert: Any, labels: int) -> None:
        """`bert` is taken over; its word embeddings stay as they are: most words are rare, and those that training never sees keep a
        place consistent with those it does."""
        super().__init__()
        self.bert = bert
        self.bert.embeddings.word_embeddings.requires_grad_(False)
        self.dropout = torch.nn.Dropout(DROPOUT)
        self.classifier = torch.nn.Linear(bert.config.hidden_size, labels)

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Padding, where `attention_mask` is 0, does not count for the mean."""
        hidden = self.bert(input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1)
        logits: torch.Tensor = self.classifier(self.dropout(mean))
        return logits
