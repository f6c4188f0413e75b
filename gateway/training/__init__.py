"""How the judge's weights are made from the written messages in `data`: one command, seeded, from the repository alone.

    python -m gateway.training.train            trains, and writes weights, card and MODEL_CARD.md into gateway/model/weights
    python -m gateway.training.evaluate FILES   tables for any labelled JSON Lines

Only `network`, `learning` and `export` need torch and onnx (the extra `train`); nothing of the gateway imports this room.
Words: a message of `data` is an Example; sentences that carry the offence are its marks; messages that differ in as little
as possible, and in their label, are twins.
"""
