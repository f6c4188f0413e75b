"""The trained judge: a small transformer that says of every sentence, in its surroundings, whether it promotes.

The way of a message: `masking` takes the names out, `tokens` makes word pieces, `windows` cuts them into stretches the model
can read, `judge` runs it. `load_judge` reads the weights that ship (`weights`), and refuses files that are not what their
card says. The model never sees a name, a party, an association, a faith or which way a measure is to be voted on.

The room knows no rules, policy or verdict thresholds of its own: the card holds those that were measured in training.
`Judge.score` is pure, keeps only a cache, never raises, and its work is bounded. onnxruntime and numpy stay behind this door.
"""

from gateway.model.judge import Judge, Said, WeightsError, load_judge
from gateway.model.masking import Masker
from gateway.model.tokens import WordPieces
from gateway.model.windows import Line, Window, lines_of, windows

__all__ = ["Judge", "Line", "Masker", "Said", "WeightsError", "Window", "WordPieces", "lines_of", "load_judge", "windows"]
