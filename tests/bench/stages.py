"""What each stage of the judgement settles, costs and gets wrong: `python tests/bench/stages.py FILES` of labelled messages.

Costs are CPU time of this process, in milliseconds a message that reaches the stage. A message is settled by the screen if
no window of it is left for the model, by the skim if none of its sentences is even masked, by the early exit if no window is read
beyond the lowest layer; what a stage gets wrong is a violation settled as clear, or an ordinary message flagged.
"""

import sys
from collections import defaultdict
from pathlib import Path
from time import process_time

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

import numpy as np

from gateway.classify import Classifier, load_roster
from gateway.evaluation.labelled import labelled
from gateway.model import load_judge
from gateway.reading import Reader
from gateway.verdict import Category, Label


class Watched:
    """The judge, with what it costs and how many windows it is left with."""

    def __init__(self, judge):
        self._judge, self.version, self.thresholds = judge, judge.version, judge.thresholds
        self.screened = self.run = 0.0
        self.windows, self.skimmed, self.read = 0, False, False

    def score(self, sentences, *, subject, found):
        begun = process_time()
        heard = self._judge.heard(sentences, subject, found)
        self.skimmed = not any(heard)
        lines = self._judge.lines(sentences, subject=subject, heard=heard)
        cut, _ = self._judge.cut(lines, max(found.values(), default=0.0), self._judge.screened(lines))
        self.screened, self.windows = process_time() - begun, len(cut)
        begun = process_time()
        opinion = self._judge.score(sentences, subject=subject, found=found)
        self.run = max(0.0, process_time() - begun - self.screened)
        self.read = any(opinion.sentences)
        return opinion


def main(files):
    roster = load_roster(TOP / "policies" / "roster")
    reader, judge = Reader(), Watched(load_judge())
    rules, whole = Classifier(roster), Classifier(roster, scorer=judge)
    costs, counts = defaultdict(list), defaultdict(int)
    for message in (message for file in files for message in labelled(Path(file))):
        begun = process_time()
        reading = reader.read(message.content)
        costs["read"].append(process_time() - begun)
        begun = process_time()
        alone = rules.classify(reading)
        costs["rules"].append(process_time() - begun)
        begun = process_time()
        verdict = whole.classify(reading)
        costs["all"].append(process_time() - begun + costs["read"][-1])
        costs["skim, mask, screen"].append(judge.screened)
        if judge.windows:
            costs["model"].append(judge.run)
        flagged = any(label is not Label.CLEAR for label in verdict.labels.values())
        kind = "violations" if message.offends else "ordinary"
        counts[kind] += 1
        counts[kind, "flagged"] += flagged
        counts[kind, "skimmed"] += judge.skimmed
        counts[kind, "screened"] += not judge.windows
        counts[kind, "left"] += not judge.read
        counts[kind, "rules"] += max(alone.scores[category] for category in Category) >= 0.5
    print(f"{'stage':<18}{'messages':>9}{'p50':>8}{'p90':>8}{'p99':>8}  ms")
    for stage, spent in costs.items():
        print(f"{stage:<18}{len(spent):>9}" + "".join(f"{1000 * np.percentile(spent, at):>8.1f}" for at in (50, 90, 99)))
    for kind in ("ordinary", "violations"):
        if of := counts[kind]:
            found, skimmed, screened, left, flagged = (
                f"{counts[kind, what] / of:.1%}" for what in ("rules", "skimmed", "screened", "left", "flagged")
            )
            print(f"{kind}: {of}; rules find something {found}, settled by the skim {skimmed}, by it or the screen {screened},")
            print(f"  by either or the early exit {left}; flagged {flagged}")


if __name__ == "__main__":
    main(sys.argv[1:])
