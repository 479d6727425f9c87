"""The models of the training proof: Mistral's architecture, small, in three sizes, from a stated seed.

`tiny` (1.05 M parameters) is for a CPU; `small` (25 M) and `medium` (110 M) are for a GPU. Embeddings are tied: at
these sizes a second table would be a fifth of the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import MistralForCausalLM

SIZES: dict[str, dict[str, int]] = {
    "toy": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2},
    "tiny": {"hidden_size": 128, "intermediate_size": 352, "num_hidden_layers": 4, "num_attention_heads": 4},
    "small": {"hidden_size": 512, "intermediate_size": 1408, "num_hidden_layers": 8, "num_attention_heads": 8},
    "medium": {"hidden_size": 768, "intermediate_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 12},
}
"""By name, what differs. `toy` is for tests. As in Mistral 7B (arXiv 2310.06825, table 1) the feed-forward layer is
gated and several heads share their keys and values, here two a pair; the window never closes at these lengths."""


def make_model(size: str, *, vocabulary: int, length: int, seed: int) -> MistralForCausalLM:
    """A model of `SIZES` with the weights that `seed` draws, on the CPU, in float32.

    Args:
        size: key of `SIZES`.
        vocabulary: token ids, special ones included.
        length: longest sequence, in tokens.
        seed: of the weights; torch's generator is left at it.
    """
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(seed)
    config: Any = MistralConfig(
        vocab_size=vocabulary,
        max_position_embeddings=length,
        num_key_value_heads=SIZES[size]["num_attention_heads"] // 2,
        sliding_window=None,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=None,
        use_cache=False,
        attn_implementation="sdpa",
        **SIZES[size],
    )
    return MistralForCausalLM(config)


def add_noise(model: MistralForCausalLM, alpha: float) -> None:
    """Have embeddings disturbed in training: NEFTune (Jain et al., arXiv 2310.05914, algorithm 1).

    Each element gets a number drawn from Uniform(-1, 1), times alpha / sqrt(L d), L tokens of a sequence and d
    dimensions: what `neftune_noise_alpha` of transformers' `TrainingArguments` does, by the very hook it sets.
    """
    from transformers.integrations.neftune import neftune_post_forward_hook

    embeddings: Any = model.get_input_embeddings()
    embeddings.neftune_noise_alpha = alpha
    embeddings.register_forward_hook(neftune_post_forward_hook)


def token_losses(model: MistralForCausalLM, input_ids: Tensor, position_ids: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of each label, in nats, float32 (sequences, length - 1); zero where the label is -100.

    Args:
        input_ids: int64 (sequences, length).
        position_ids: int64 (sequences, length), which begin again at each document: no token attends to another
            document, as transformers reads them where no mask is given.
        labels: int64 (sequences, length), as `input_ids` or -100; the model predicts label t + 1 at token t.
    """
    from torch.nn.functional import cross_entropy

    logits = model(input_ids=input_ids, position_ids=position_ids, use_cache=False).logits[:, :-1].float()
    wanted = labels[:, 1:]
    flat = cross_entropy(logits.reshape(-1, logits.shape[-1]), wanted.reshape(-1), ignore_index=-100, reduction="none")
    return flat.view(wanted.shape)
