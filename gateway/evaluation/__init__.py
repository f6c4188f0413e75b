"""What the judgement is worth: tables over labelled messages, the report on even-handedness, thresholds from rulings.

    labelled     messages somebody has labelled, as JSON Lines
    bench        many messages judged, on all cores
    tables       what became of labelled messages, by kind, difficulty, side and writer
    neutrality   the same sentence with other names, parties, associations and sides in it
    tuning       thresholds that a department's own rulings speak for
    measures     shares with their intervals, average precision, calibration

Nothing here decides anything, and the gateway in service does not need it. Files that are not what they should be raise
ValueError with file and line.
"""
