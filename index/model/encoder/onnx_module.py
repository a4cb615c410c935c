"""The encoder as a module of sentence-transformers, which finds it by modules.json.

SentenceTransformer(folder, trust_remote_code=True).encode_query(["koffie"])
"""

from pathlib import Path
from typing import Any

import onnxruntime
import torch
from sentence_transformers.base.modules.input_module import InputModule
from tokenizers import Tokenizer

LONGEST = 512  # tokens of a text that are read


class OnnxModule(InputModule):
    """Texts to vectors of unit length, by onnxruntime on the CPU."""

    max_seq_length = LONGEST

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # sentence-transformers leaves it untyped
        self.folder = folder
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(LONGEST - 2)
        self.marks = [self.tokenizer.token_to_id(mark) for mark in ("<s>", "</s>")]
        self.session = onnxruntime.InferenceSession(folder / "encoder.onnx")

    @classmethod
    def load(cls, model_name_or_path: str, *args: Any, **options: Any) -> "OnnxModule":
        """Open the module in a folder."""
        return cls(Path(model_name_or_path))

    def save(self, output_path: str, *args: Any, **options: Any) -> None:
        """Copy the files of the module."""
        for name in ("encoder.onnx", "encoder.onnx_data", "tokenizer.json", Path(__file__).name):
            Path(output_path, name).write_bytes((self.folder / name).read_bytes())

    def get_embedding_dimension(self) -> int:
        """The numbers of a vector."""
        return int(self.session.get_outputs()[0].shape[1])

    def preprocess(
        self, inputs: Any, prompt: str | None = None, *args: Any, **options: Any
    ) -> dict[str, Any]:
        """Token ids between their marks, and the mask of what is not padding."""
        texts = [(prompt or "") + text for text in inputs]
        first, last = self.marks
        rows = [
            [first, *encoding.ids, last]
            for encoding in self.tokenizer.encode_batch(texts, add_special_tokens=False)
        ]
        ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True)
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Add the vectors and the states of the tokens."""
        names = ["sentence_embedding", "last_hidden_state"]
        given = {name: features[name].cpu().numpy() for name in ("input_ids", "attention_mask")}
        vectors, states = self.session.run(names, given)
        return features | {
            "sentence_embedding": torch.from_numpy(vectors),
            "token_embeddings": torch.from_numpy(states),
        }
