#!/usr/bin/env python3
"""An independent float64 reference of Forward-Forward training, on Python's standard library alone.

It is written from the papers, not from the Rust code: Hinton's recipe as gradient ASCENT with the factor 2 of the
derivative of a square left out, as his released program has it, and the label written into the pixels before anything
else happens. Ten steps of three recipes on tiny networks go to golden/*.json; the Rust code must land on the same
numbers.

    python3 oracle.py            writes golden/*.json
    python3 oracle.py --check    recomputes and compares with what is there
"""

import json
import math
import random
import sys
from pathlib import Path

PIXELS, CLASSES, ROWS, STEPS = 20, 4, 6, 10


# Linear algebra on lists, enough for a page of formulas.
def matmul_t(x, w):
    return [[sum(a * b for a, b in zip(row, unit)) for unit in w] for row in x]


def outer_sum(dz, x):
    """Sum over rows of dz[r][u] * x[r][i]."""
    return [[sum(d[u] * row[i] for d, row in zip(dz, x)) for i in range(len(x[0]))] for u in range(len(dz[0]))]


def column_sum(rows):
    return [sum(column) for column in zip(*rows)]


def forward(x, w, b):
    return [[max(0.0, z + c) for z, c in zip(row, b)] for row in matmul_t(x, w)]


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def rms(rows):
    return [[v / (1e-8 + math.sqrt(sum(a * a for a in row) / len(row))) for v in row] for row in rows]


def l2(rows):
    return [[v / (1e-4 + math.sqrt(sum(a * a for a in row))) for v in row] for row in rows]


def softmax(row):
    top = max(row)
    e = [math.exp(v - top) for v in row]
    return [v / sum(e) for v in e]


# The data: levels 0..255 as a user has them; the label code replaces the first CLASSES inputs.
def make_data(rng):
    levels = [[0] * CLASSES + [rng.choice([0, rng.randrange(256)]) for _ in range(PIXELS - CLASSES)] for _ in range(ROWS)]
    return levels, [r % CLASSES for r in range(ROWS)]


def make_weights(rng, widths):
    weights = [[[rng.gauss(0, 1 / math.sqrt(i)) for _ in range(i)] for _ in range(o)] for i, o in zip(widths, widths[1:])]
    # In single precision, because that is what the reader of the fixture starts from.
    return [[[float(f"{v:.6g}") for v in unit] for unit in w] for w in weights]


def wrong_label(label, step):
    """A rule, not a draw: no generator needs to agree. Never the true label."""
    return (label + 1 + step % (CLASSES - 1)) % CLASSES


def coded(levels, labels, strength, neutral=False):
    rows = []
    for row, label in zip(levels, labels):
        code = [strength / CLASSES if neutral else strength * (k == label) for k in range(CLASSES)]
        rows.append(code + [v / 255 for v in row[CLASSES:]])
    return rows


def copy(nested):
    return [copy(v) for v in nested] if isinstance(nested, list) else nested


# Hinton's supervised recipe, as released: ascent, no factor 2, smoothed gradients, peer normalisation.
def hinton(rng):
    eps, decay, smooth, lam, eps_sup, decay_sup, first = 0.3, 0.001, 0.9, 0.03, 0.1, 0.003, 1
    widths = [PIXELS, 12, 10, 9]
    levels, labels = make_data(rng)
    w = make_weights(rng, widths)
    start = copy(w)
    b = [[0.0] * o for o in widths[1:]]
    sup = [[[0.0] * o for _ in range(CLASSES)] for o in widths[1 + first:]]
    delta_w = [[[0.0] * len(u) for u in layer] for layer in w]
    delta_b, means = copy(b), [[0.5] * o for o in widths[1:]]
    delta_sup = copy(sup)
    losses = []
    for step in range(STEPS):
        # Neutral pass: softmax on the normalised activities of all layers but the first.
        seen, x = [], rms(coded(levels, labels, 1.0, neutral=True))
        for layer, bias in zip(w, b):
            x = rms(forward(x, layer, bias))
            seen.append(x)
        logits = [[0.0] * CLASSES for _ in range(ROWS)]
        for x, s in zip(seen[first:], sup):
            logits = [[a + c for a, c in zip(row, add)] for row, add in zip(logits, matmul_t(x, s))]
        credit = [[(k == y) - p for k, p in enumerate(softmax(row))] for row, y in zip(logits, labels)]
        for i, x in enumerate(seen[first:]):
            for k, row in enumerate(outer_sum(credit, x)):
                for j, g in enumerate(row):
                    delta_sup[i][k][j] = smooth * delta_sup[i][k][j] + (1 - smooth) * g / ROWS
                    sup[i][k][j] += eps_sup * (delta_sup[i][k][j] - decay_sup * sup[i][k][j])
        # Positive and negative pass, both with the weights from before the step.
        wrong = [wrong_label(y, step) for y in labels]
        x_pos, x_neg = rms(coded(levels, labels, 1.0)), rms(coded(levels, wrong, 1.0))
        step_losses, updates = [], []
        for layer, (wl, bl) in enumerate(zip(w, b)):
            a_pos, a_neg = forward(x_pos, wl, bl), forward(x_neg, wl, bl)
            theta = len(wl)
            g_pos, g_neg = ([sum(v * v for v in row) for row in a] for a in (a_pos, a_neg))
            step_losses.append(sum(softplus(theta - p) + softplus(n - theta) for p, n in zip(g_pos, g_neg)) / ROWS)
            means[layer] = [0.9 * m + 0.1 * s / ROWS for m, s in zip(means[layer], column_sum(a_pos))]
            peer = [lam * (sum(means[layer]) / theta - m) for m in means[layer]]
            dz_pos = [[(1 - sigmoid(g - theta)) * v + q for v, q in zip(row, peer)] for row, g in zip(a_pos, g_pos)]
            dz_neg = [[-sigmoid(g - theta) * v for v in row] for row, g in zip(a_neg, g_neg)]
            updates.append((outer_sum(dz_pos + dz_neg, x_pos + x_neg), column_sum(dz_pos + dz_neg)))
            x_pos, x_neg = rms(a_pos), rms(a_neg)
        for layer, (dw, db) in enumerate(updates):
            for u in range(len(w[layer])):
                for i in range(len(w[layer][u])):
                    delta_w[layer][u][i] = smooth * delta_w[layer][u][i] + (1 - smooth) * dw[u][i] / ROWS
                    w[layer][u][i] += eps * (delta_w[layer][u][i] - decay * w[layer][u][i])
                delta_b[layer][u] = smooth * delta_b[layer][u] + (1 - smooth) * db[u] / ROWS
                b[layer][u] += eps * delta_b[layer][u]
        losses.append(step_losses)
    end = {"weights": w, "biases": b, "readout": sup, "unit_means": means}
    return {"levels": levels, "labels": labels, "start": start, "losses": losses, "end": end}


class Adam:
    """Kingma and Ba, algorithm 1, on nested lists of numbers."""

    def __init__(self, rate, eps=1e-8):
        self.rate, self.eps, self.t, self.memory = rate, eps, 0, {}

    def move(self, key, value, gradient):
        m, v = self.memory.get(key, (0.0, 0.0))
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient * gradient
        self.memory[key] = (m, v)
        return value - self.rate * (m / (1 - 0.9**self.t)) / (math.sqrt(v / (1 - 0.999**self.t)) + self.eps)

    def step(self, w, b, dw, db):
        self.t += 1
        for u in range(len(w)):
            for i in range(len(w[u])):
                w[u][i] = self.move((u, i), w[u][i], dw[u][i])
            b[u] = self.move((u, "b"), b[u], db[u])


def descend(w, b, adam, x_pos, x_neg, slopes):
    """One layer's step by descent on mean-of-squares goodness; slopes(g_pos, g_neg) -> loss, dL/dg_pos, dL/dg_neg."""
    a_pos, a_neg = forward(x_pos, w, b), forward(x_neg, w, b)
    g_pos, g_neg = ([sum(v * v for v in row) / len(row) for row in a] for a in (a_pos, a_neg))
    each = [slopes(p, n) for p, n in zip(g_pos, g_neg)]
    dz = [[e[1] / ROWS * 2 * v / len(w) for v in row] for e, row in zip(each, a_pos)]
    dz += [[e[2] / ROWS * 2 * v / len(w) for v in row] for e, row in zip(each, a_neg)]
    adam.step(w, b, outer_sum(dz, x_pos + x_neg), column_sum(dz))
    return sum(e[0] for e in each) / ROWS, a_pos, a_neg


def swish_symba(rng):
    widths = [PIXELS, 12, 10]
    levels, labels = make_data(rng)
    w = make_weights(rng, widths)
    start, b, losses = copy(w), [[0.0] * o for o in widths[1:]], []
    adams = [Adam(0.003) for _ in w]

    def slopes(p, n):
        x = -6.0 * (p - n)
        s = sigmoid(x)
        d = s + x * s * (1 - s)
        return x * s, -6.0 * d, 6.0 * d

    for step in range(STEPS):
        wrong = [wrong_label(y, step) for y in labels]
        x_pos, x_neg, step_losses = rms(coded(levels, labels, 1.0)), rms(coded(levels, wrong, 1.0)), []
        for layer in range(len(w)):
            loss, a_pos, a_neg = descend(w[layer], b[layer], adams[layer], x_pos, x_neg, slopes)
            x_pos, x_neg = rms(a_pos), rms(a_neg)
            step_losses.append(loss)
        losses.append(step_losses)
    end = {"weights": w, "biases": b, "readout": [], "unit_means": []}
    return {"levels": levels, "labels": labels, "start": start, "losses": losses, "end": end}


def tutorial(rng):
    widths, theta = [PIXELS, 12, 10], 2.0
    levels, labels = make_data(rng)
    w = make_weights(rng, widths)
    start, b, losses = copy(w), [[0.0] * o for o in widths[1:]], []
    wrong = [wrong_label(y, 0) for y in labels]
    x_pos, x_neg = l2(coded(levels, labels, 2.8215)), l2(coded(levels, wrong, 2.8215))

    def slopes(p, n):
        # The mean over positives and negatives together: half of the sum of the two means.
        return softplus(theta - p) + softplus(n - theta), -sigmoid(theta - p) / 2, sigmoid(n - theta) / 2

    for layer in range(len(w)):
        adam = Adam(0.03)
        for _ in range(STEPS):
            losses.append([descend(w[layer], b[layer], adam, x_pos, x_neg, slopes)[0]])
        x_pos, x_neg = (l2(forward(x, w[layer], b[layer])) for x in (x_pos, x_neg))
    end = {"weights": w, "biases": b, "readout": [], "unit_means": []}
    return {"levels": levels, "labels": labels, "start": start, "losses": losses, "end": end}


def check_derivatives():
    """The two slopes used above against central differences."""
    for d in (-2.0, -0.3, 0.0, 0.4, 1.5):
        swish = lambda x: x * sigmoid(x)
        numeric = (swish(d + 1e-6) - swish(d - 1e-6)) / 2e-6
        assert abs(numeric - (sigmoid(d) + d * sigmoid(d) * (1 - sigmoid(d)))) < 1e-8
        assert abs((softplus(d + 1e-6) - softplus(d - 1e-6)) / 2e-6 - sigmoid(d)) < 1e-8


def rounded(nested):
    if isinstance(nested, dict):
        return {k: rounded(v) for k, v in nested.items()}
    if isinstance(nested, list):
        return [rounded(v) for v in nested]
    return float(f"{nested:.12g}") if isinstance(nested, float) else nested


def main():
    check_derivatives()
    folder = Path(__file__).parent / "golden"
    for seed, recipe in enumerate([hinton, swish_symba, tutorial]):
        path = folder / f"{recipe.__name__}.json"
        text = json.dumps(rounded(recipe(random.Random(seed))), separators=(",", ":")) + "\n"
        if "--check" in sys.argv[1:]:
            assert path.read_text() == text, f"{path} is not what the oracle computes"
        else:
            path.write_text(text)


if __name__ == "__main__":
    main()
