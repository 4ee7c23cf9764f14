"""M01: whether a prediction used the parts of the model to which both parties committed in a fit (protocols/transcript.md
7.2 and 9). It compares roots by their hashes: the fit's record has one even where the payload was pruned."""

from verifier.reading import Reader, demand, sha

COMMITMENTS, MODEL_COMMITMENT = 0x0003, 0x0401
LABEL = b"model"
# By the purpose of the prediction: of several parties one session of it, held against that of the fit with the same two.
FITS = {"prediction": "fit", "joint-prediction": "joint-fit"}


class Session:
    """What M01 asks of one transcript. `records`: those that are somebody's word."""

    def __init__(self, purpose, job, parties, records):
        self.purpose, self.job, self.records = purpose, job, records
        self.identities = {party["name"]: party["identity"] for party in parties}

    def used(self, name):
        """H of the root that a party named before the first protocol message; None if it named none."""
        for record in self.records:
            if record["log"] != name or record["type"] != COMMITMENTS:
                continue
            r, found = Reader(record["payload"], "commitments"), None
            for _ in range(r.number(4)):
                label, _, root = r.prefixed(), r.number(8), r.fixed(32)
                if label == LABEL:
                    found = sha(root)
            return found
        return None

    def committed(self, name):
        """H of the root that a party sent at the end of a fit."""
        for record in self.records:
            if record["log"] == name and record["type"] == MODEL_COMMITMENT:
                return record["digest"]
        return None


def check_model(prediction, fit):
    """Both verified by themselves, and the fit closed."""
    same = fit.purpose == FITS[prediction.purpose] and fit.job == prediction.job and fit.identities == prediction.identities
    demand(same, "M01", "otherFit")
    for name in sorted(prediction.identities):
        used, committed = prediction.used(name), fit.committed(name)
        demand(used is not None and committed is not None, "M01", "modelMissing: " + name)
        demand(used == committed, "M01", "modelMismatch: " + name)
