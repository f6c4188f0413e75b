"""From a Reading to a Verdict: what in a message promotes a candidate, a party, a ballot measure or a faith.

The roster (`load_roster`) says who stands for what; the detectors say what is urged. A sentence is first masked: names,
parties, offices, measures, deities and scriptures are a letter each, so that no rule can prefer one to another. What the
rules find, and the opinion of a trained model if there is one (`Scorer`), become labels in one place (`labels`).

The room knows no policy and no envelope, and never decides. `Classifier.classify` is pure, never raises for any reading,
and its work is bounded; a text too long to be judged whole is named in the verdict's `unread`. Only `load_roster` raises:
`gateway.source.Mistakes`, with all that is wrong in all files. pyahocorasick and publicsuffixlist stay behind this door.
"""

from gateway.classify.classifier import Classifier
from gateway.classify.labels import Opinion, Scorer, Thresholds, Told
from gateway.classify.roster import Roster, load_roster

__all__ = ["Classifier", "Opinion", "Roster", "Scorer", "Thresholds", "Told", "load_roster"]
