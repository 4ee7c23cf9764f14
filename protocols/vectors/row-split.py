"""Makes row-split.json: test vectors of row-split.md, computed without Moiety.

Needs Python 3 and the packages `cryptography`, `numpy`, `scipy`, `statsmodels`. Run in this folder: python3 row-split.py > row-split.json
"""

import csv
import hashlib
import hmac
import json
import struct
import warnings

import numpy as np
import statsmodels.api as sm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from scipy.optimize import brentq
from scipy.special import digamma, gammaln, polygamma

MOD = 1 << 128


# --- encodings -------------------------------------------------------------------------------------------------------

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u128(n):
    return n.to_bytes(16, "big")


def array(items):
    return u32(len(items)) + b"".join(items)


def flags(members, count):
    return array([bytes([1 if i in members else 0]) for i in range(count)])


def hkdf(key, salt, info):
    prk = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def stream(key, count):
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return encryptor.update(bytes(count)) + encryptor.finalize()


def mask(key, count):
    s = stream(key, 16 * count)
    return [int.from_bytes(s[16 * i : 16 * i + 16], "big") for i in range(count)]


# --- GF(2^8) by logarithms, unlike the program's shifts ------------------------------------------------------------------

EXP, LOG = [0] * 510, [0] * 256
value = 1
for power in range(255):
    EXP[power] = EXP[power + 255] = value
    LOG[value] = power
    value ^= value << 1
    value ^= 0x11B if value & 0x100 else 0


def gf(a, b):
    return 0 if a == 0 or b == 0 else EXP[LOG[a] + LOG[b]]


def deal(secret, points, threshold, coefficients):
    out = []
    for x in points:
        share = bytearray()
        for byte in range(32):
            y, power = secret[byte], 1
            for k in range(threshold - 1):
                power = gf(power, x)
                y ^= gf(coefficients[byte * (threshold - 1) + k], power)
            share.append(y)
        out.append(bytes(share))
    return out


# --- a round of three sites ------------------------------------------------------------------------------------------------

def quorum(n, c):
    return (n + c) // 2 + 1


def place(label, mesh, r, site):
    return label.encode() + mesh + u32(r) + u16(site)


def site_round(own, sites, count, c, r, mesh, entropy, seeds, values, opened, point):
    self_seed = hkdf(entropy, b"", b"moiety/rows/self/v1")
    peers = [s for s in sites if s != own]
    secrets = [self_seed] + [seeds[p] for p in peers]
    t = quorum(len(sites), c)
    width = 32 * (t - 1)
    coefficients = stream(hkdf(entropy, b"", b"moiety/rows/shares/v1"), len(secrets) * width)
    masked = [(v + m) % MOD for v, m in zip(values, mask(self_seed, len(values)))]
    for p in peers:
        sign = 1 if p > own else -1
        masked = [(v + sign * m) % MOD for v, m in zip(masked, mask(seeds[p], len(values)))]
    secret_hashes, share_hashes, shares = [], [], {s: [] for s in sites}
    for m, secret in enumerate(secrets):
        secret_hashes.append(sha(place("moiety/rows/secret/v1", mesh, r, own), u16(m), secret))
        dealt = deal(secret, [s + 1 for s in sites], t, coefficients[m * width : (m + 1) * width])
        for s, share in zip(sites, dealt):
            shares[s].append(share)
            share_hashes.append(sha(place("moiety/rows/share/v1", mesh, r, own), u16(m), u16(s), share))
    public = (
        u32(opened) + flags(sites, count) + point + array(secret_hashes) + array(share_hashes)
        + array([u128(v) for v in masked])
    )
    return public, shares, masked


def rounds():
    count, c, r = 3, 1, 7
    job = sha(b"job")
    ids = {pair: sha(b"session", bytes(pair)) for pair in [(0, 1), (0, 2), (1, 2)]}
    mesh = sha(b"moiety/mesh/v1", job, u16(count), ids[0, 1], ids[0, 2], ids[1, 2])
    keys = {(i, j): X25519PrivateKey.from_private_bytes(bytes([16 * i + j + 1]) * 32) for i in range(3) for j in range(3)}
    public = {k: v.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) for k, v in keys.items()}
    pair = {}
    for i, j in ids:
        z = keys[i, j].exchange(X25519PublicKey.from_public_bytes(public[j, i]))
        pair[i, j] = hkdf(z, mesh, b"moiety/rows/pair/v1" + ids[i, j] + public[i, j] + public[j, i])
    seed = {k: hkdf(v, b"", b"moiety/rows/seed/v1" + u32(r)) for k, v in pair.items()}
    point = sha(b"point")
    values = [[1, 2, MOD - 3], [10, 20, MOD - 30], [100, 200, MOD - 300]]
    sites, out, digests = [0, 1, 2], [], []
    for own in sites:
        seeds = {p: seed[min(own, p), max(own, p)] for p in sites if p != own}
        entropy = sha(b"entropy", bytes([own]))
        part, shares, masked = site_round(own, sites, count, c, r, mesh, entropy, seeds, values[own], 4, point)
        digests.append(sha(part))
        out.append({
            "entropy": entropy.hex(), "seeds": {str(k): v.hex() for k, v in seeds.items()},
            "values": [u128(v).hex() for v in values[own]], "masked": [u128(v).hex() for v in masked],
            "publicPart": part.hex(), "digest": sha(part).hex(),
            "shares": {str(k): [s.hex() for s in v] for k, v in shares.items()},
        })
    total = [sum(v[i] for v in values) % MOD for i in range(3)]
    chain0 = sha(b"moiety/rows/chain/v1", job)
    opened = point + flags(sites, count) + array([u128(v) for v in total])
    chain1 = sha(b"moiety/rows/opened/v1", chain0, opened)
    own_hash = sha(b"moiety/rows/own/v1", job, point, array([u128(v) for v in values[0]]))
    state = b"moiety/rows/state/v1" + job + u16(count) + b"\1" + point + u32(1) + opened + own_hash
    setup = (
        u16(3) + u16(0) + u16(1) + b"\0" + array([bytes(32), ids[0, 1], ids[0, 2]]) + public[0, 1]
    )
    return {
        "round": r, "coalition": c, "opened": 4, "job": job.hex(), "mesh": mesh.hex(), "point": point.hex(),
        "sessions": [ids[p].hex() for p in [(0, 1), (0, 2), (1, 2)]],
        "pairKeys": [[(bytes([16 * i + j + 1]) * 32).hex() for j in range(3)] for i in range(3)],
        "sites": out, "sum": [u128(v).hex() for v in total],
        "accord": sha(b"moiety/rows/accord/v1", mesh, u32(r), u32(4), flags(sites, count), *digests).hex(),
        "vectorStatement": (place("moiety/rows/vector/v1", mesh, r, 1) + digests[1]).hex(),
        "agreedStatement": (place("moiety/rows/agreed/v1", mesh, r, 1) + digests[1]).hex(),
        "chain": chain1.hex(), "state": (state + sha(state)).hex(), "setup": setup.hex(),
        "presence": (mesh + array([chain1]) + flags([0, 2], 3) + b"\1\1" + opened).hex(),
        "receipt": array([b"\0", b"\1" + digests[1] + bytes([5]) * 64, b"\0"]).hex(),
        "release": array([b"\1" + bytes([6]) * 32, b"\0"]).hex(),
    }


def sharing():
    out = []
    for n, c in [(3, 1), (5, 2), (9, 3), (50, 10)]:
        t = quorum(n, c)
        secret, coefficients = sha(b"secret", bytes([n])), stream(sha(b"c", bytes([n])), 32 * (t - 1))
        shares = deal(secret, range(1, n + 1), t, coefficients)
        out.append({
            "sites": n, "coalition": c, "threshold": t, "secret": secret.hex(), "coefficients": coefficients.hex(),
            "shares": [s.hex() for s in shares],
        })
    return out


# --- pooled fits ----------------------------------------------------------------------------------------------------------

def table(path):
    with open("../../examples/" + path) as f:
        rows = list(csv.DictReader(f))
    return rows


def columns(rows, names):
    return np.array([[float(r[n]) for n in names] for r in rows])


def weights(n):
    return 1 + 0.5 * (np.arange(n) % 3)


def offsets(n):
    return 0.1 * (np.arange(n) % 5)


def glm(name, path, label, names, distribution, weighted=False, offset=False, **more):
    family = distribution
    rows = table(path)
    x = sm.add_constant(columns(rows, names))
    y = columns(rows, [label])[:, 0]
    n = len(y)
    w = weights(n) if weighted else np.ones(n)
    o = offsets(n) if offset else None
    model = sm.GLM(y, x, family=family, freq_weights=None, var_weights=w, offset=o)
    fit = model.fit(tol=1e-14, maxiter=200)
    null = sm.GLM(y, np.ones((n, 1)), family=family, var_weights=w, offset=o).fit(tol=1e-14, maxiter=200)
    mu = fit.mu
    scale = 1.0
    if isinstance(family, (sm.families.Gaussian, sm.families.Gamma)):
        scale = fit.pearson_chi2 / (n - x.shape[1])
    bread = np.linalg.inv(x.T @ (x * (w * working(family, mu))[:, None]))
    residual = w * (y - mu) * slope(family, mu)
    meat = x.T @ (x * (residual**2)[:, None])
    hc0 = np.sqrt(np.diag(bread @ meat @ bread))
    clustered = {}
    for k in [5, 9]:
        g = np.array([(x * residual[:, None])[np.arange(n) % k == s].sum(axis=0) for s in range(k)])
        factor = k / (k - 1) * (n - 1) / (n - x.shape[1])
        clustered[str(k)] = np.sqrt(factor * np.diag(bread @ g.T @ g @ bread)).tolist()
    return {
        "name": name, "path": path, "label": label, "columns": names, "weighted": weighted, "offset": offset,
        "estimates": fit.params.tolist(), "errors": np.sqrt(scale * np.diag(bread)).tolist(),
        "deviance": deviance(family, y, mu, w), "nullDeviance": deviance(family, y, null.mu, w), "dispersion": scale,
        "logLikelihood": likelihood(family, y, mu, w), "hc0": hc0.tolist(), "clustered": clustered, **more,
    }


def working(family, mu):
    """Expected information of a row, R's working weights."""
    return 1 / (family.link.deriv(mu) ** 2 * family.variance(mu))


def slope(family, mu):
    return 1 / (family.link.deriv(mu) * family.variance(mu))


def deviance(family, y, mu, w):
    return float(family.deviance(y, mu, var_weights=w))


def likelihood(family, y, mu, w):
    """As R's logLik has it."""
    n = len(y)
    if isinstance(family, sm.families.Gaussian):
        rss = np.sum(w * (y - mu) ** 2)
        return float((np.sum(np.log(w)) - n * (np.log(2 * np.pi * rss / n) + 1)) / 2)
    if isinstance(family, sm.families.Gamma):
        shape = np.sum(w) / family.deviance(y, mu, var_weights=w)
        return float(np.sum(w * (shape * np.log(shape / mu) + (shape - 1) * np.log(y) - shape * y / mu - gammaln(shape))))
    if isinstance(family, sm.families.Binomial):
        return float(np.sum(w * (y * np.log(mu) + (1 - y) * np.log(1 - mu))))
    if isinstance(family, sm.families.Poisson):
        return float(np.sum(w * (y * np.log(mu) - mu - gammaln(y + 1))))
    theta = 1 / family.alpha
    return float(np.sum(w * (
        gammaln(y + theta) - gammaln(theta) - gammaln(y + 1) + theta * np.log(theta / (theta + mu))
        + y * np.log(mu / (theta + mu)))))


def negative_binomial():
    rows = table(VISITS)
    y, x = columns(rows, ["doctorco"])[:, 0], sm.add_constant(columns(rows, VISIT_COLUMNS))

    def score(theta):
        """Derivative of the likelihood by theta where the coefficients are the best ones for it."""
        mu = sm.GLM(y, x, family=sm.families.NegativeBinomial(alpha=1 / theta)).fit(tol=1e-14, maxiter=200).mu
        return np.sum(digamma(y + theta) - digamma(theta) + np.log(theta / (theta + mu)) + 1 - (y + theta) / (mu + theta))

    theta = brentq(score, 0.05, 20, xtol=1e-13, rtol=1e-13)
    again = glm("negative binomial, theta estimated", VISITS, "doctorco", VISIT_COLUMNS,
                sm.families.NegativeBinomial(alpha=1 / theta), family="negative-binomial", estimated=True)
    again["thetaFound"] = theta
    mu = sm.GLM(y, x, family=sm.families.NegativeBinomial(alpha=1 / theta)).fit(tol=1e-14, maxiter=200).mu
    # R's theta.ml: the observed information about theta.
    again["thetaError"] = np.sum(
        polygamma(1, theta) - polygamma(1, theta + y) - 1 / theta + 2 / (mu + theta) - (y + theta) / (mu + theta) ** 2
    ) ** -0.5
    return again


def hazards(ties, entry, k):
    rows = table("actg175/hospital/hospital.csv")
    names = ["age", "wtkg", "drugs", "karnof", "race", "symptom"]
    x = columns(rows, names)
    x = x - x.mean(axis=0)
    time, event = columns(rows, ["days"])[:, 0], columns(rows, ["cens"])[:, 0]
    start = np.minimum(time * 0.5, 10.0 * (np.arange(len(time)) % 7)) + 0.25 if entry else None
    fit = sm.PHReg(time, x, status=event, ties=ties, entry=start, strata=np.arange(len(time)) % k).fit(
        method="newton", maxiter=100, disp=0)
    null = fit.model.loglike(np.zeros(len(names)))
    score, hessian = fit.model.score(np.zeros(len(names))), fit.model.hessian(np.zeros(len(names)))
    params = fit.params
    for _ in range(5):
        params = params - np.linalg.solve(fit.model.hessian(params), fit.model.score(params))
    information = -fit.model.hessian(params)
    return {
        "name": f"cox {ties}{' with entry' if entry else ''} of {k} sites", "path": "actg175/hospital/hospital.csv",
        "columns": names, "ties": ties, "entry": entry, "sites": k, "estimates": params.tolist(),
        "errors": np.sqrt(np.diag(np.linalg.inv(information))).tolist(),
        "logLikelihood": float(fit.model.loglike(params)), "nullLogLikelihood": float(null),
        "wald": float(params @ information @ params), "score": float(score @ np.linalg.solve(-hessian, score)),
    }


VISITS, VISIT_COLUMNS = "dvisits/hospital/hospital.csv", ["hscore", "chcond1", "chcond2"]


def fits():
    f = sm.families
    diabetes, progression = "diabetes/hospital/hospital.csv", ["age", "sex", "bmi", "bp"]
    breast = "breast/hospital/hospital.csv"
    growth = ["worst_texture", "worst_smoothness", "worst_symmetry"]
    log = f.links.Log()
    out = []
    for weighted, offset in [(False, False), (True, True)]:
        more = {"weighted": weighted, "offset": offset}
        tail = ", weights and offset" if weighted else ""
        out.append(glm("linear" + tail, diabetes, "progression", progression, f.Gaussian(), family="linear", **more))
        out.append(glm("logistic" + tail, breast, "benign", growth, f.Binomial(), family="logistic", **more))
        out.append(glm("probit" + tail, breast, "benign", growth, f.Binomial(f.links.Probit()), family="probit", **more))
        out.append(glm("poisson" + tail, VISITS, "doctorco", VISIT_COLUMNS, f.Poisson(), family="poisson", **more))
        out.append(glm("gamma" + tail, diabetes, "progression", progression, f.Gamma(log), family="gamma", **more))
        out.append(glm("negative binomial" + tail, VISITS, "doctorco", VISIT_COLUMNS,
                       f.NegativeBinomial(alpha=0.8), family="negative-binomial", theta=1.25, **more))
    out.append(negative_binomial())
    return out


warnings.simplefilter("ignore")
document = {
    "sharing": sharing(), "round": rounds(), "fits": fits(),
    "hazards": [hazards(t, e, k) for t, e, k in
                [("efron", False, 3), ("breslow", False, 3), ("efron", True, 3), ("efron", False, 5), ("efron", False, 9)]],
}
print(json.dumps(document, indent=1))
