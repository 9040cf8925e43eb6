"""Forward-Forward training in PyTorch, as fast as PyTorch allows, by the recipe that `goodness train` reads.

Per layer one product of the stacked positives and negatives, no graph across layers, fused Adam. Two choices, to compare
with the best of them:

  --gradient autograd   loss.backward() in each layer
  --gradient manual     the derivative written out: dz = h * slope, for ReLU makes it 0 where h is
  --first stacked       the label is written into the images, twice
  --first shared        the images' product is computed once and serves both, and so does its gradient

    python ff.py recipes/ff-1000x3.toml --epochs 2
"""

import math
import time

import task  # first: it starts the clock
import torch
from torch.nn.functional import linear, softplus

CLASSES = 10


class Layer:
    """Weights, their optimizer, and the step that trains them."""

    def __init__(self, job, inputs, units):
        self.weight, self.bias = torch.empty(units, inputs), torch.zeros(units)
        if job.init == "fan_in_normal":
            self.weight.normal_(0, 1 / math.sqrt(inputs))
        else:
            bound = 1 / math.sqrt(inputs)
            self.weight.uniform_(-bound, bound)
            self.bias.uniform_(-bound, bound)
        self.parameters = [self.weight.requires_grad_(), self.bias.requires_grad_()]
        self.optimizer = job.optimizer(self.parameters)

    def step(self, work, job, pairs):
        """Learns from positives stacked on negatives; returns what the next layer reads."""
        z = work.first if isinstance(pairs, Pairs) else work.above
        dw, db, x = z(pairs, self.weight, self.bias, job.theta)
        self.weight.grad, self.bias.grad = dw, db
        self.optimizer.step()
        return x


class Pairs:
    """Images with the true and with a wrong label; the inputs that hold labels are 0 in `images`."""

    def __init__(self, job, images, labels, wrong):
        self.images, self.labels = images, torch.cat([labels, wrong])
        self.scales = scale(images.square().sum(1) + job.strength**2, images.shape[1], job.normalize)
        self.strength = job.strength

    def stacked(self):
        """The normalised inputs of all rows, with the labels in them."""
        x = self.images.repeat(len(self.labels) // len(self.images), 1)
        x[torch.arange(len(x)), self.labels] = self.strength
        return x.mul_(self.scales.repeat(len(x) // len(self.images))[:, None])


def scale(squares, width, normalize):
    """The factor that a row is normalised by, from the sum of its squares."""
    return 1 / (1e-8 + (squares / width).sqrt()) if normalize == "rms" else 1 / (1e-4 + squares.sqrt())


def slopes(g, theta):
    """The loss's derivative by the goodness of positives and of negatives, averaged over the pairs."""
    positive, negative = g.chunk(2)
    return torch.cat([-torch.sigmoid(theta - positive), torch.sigmoid(negative - theta)]) / len(positive)


def squares(h):
    """The sum of the squares of each row, in f32 whatever the activities are in."""
    return torch.linalg.vector_norm(h, dim=1, dtype=torch.float32).square()


def shared_z(images, codes, scales, w, b):
    """z of all rows, from one product with the images. `codes` holds the strength where a label is, 0 elsewhere."""
    z = linear(images, w)
    all_rows = (codes.to(z.dtype) @ w[:, :CLASSES].to(z.dtype).t()).view(-1, *z.shape)
    all_rows = all_rows.add_(z).mul_(scales[:, None].to(z.dtype)).add_(b.to(z.dtype))
    return all_rows.view(len(codes), -1)


def code(labels, strength):
    return torch.nn.functional.one_hot(labels, CLASSES) * strength


class Manual:
    """Steps with the derivative written out."""

    def __init__(self, job):
        self.normalize, self.compile = job.normalize, job.args.compile
        self.shared = job.args.first == "shared"
        if self.compile:
            self.lift = torch.compile(self.lift)

    @torch.no_grad()
    def first(self, pairs, w, b, theta):
        if not self.shared:
            return self.above(pairs.stacked(), w, b, theta)
        codes = code(pairs.labels, pairs.strength)
        dz, x = self.lift(shared_z(pairs.images, codes, pairs.scales, w, b), theta)
        db = dz.sum(0, dtype=torch.float32)
        positive, negative = dz.mul_(pairs.scales.repeat(2).to(dz.dtype)[:, None]).chunk(2)
        labels = dz.t() @ codes.to(dz.dtype)
        dw = (positive.add_(negative).t() @ pairs.images).float()
        dw[:, :CLASSES] = labels
        return dw, db, x

    @torch.no_grad()
    def above(self, x, w, b, theta):
        dz, above = self.lift(linear(x, w, b), theta)
        return (dz.t() @ x).float(), dz.sum(0, dtype=torch.float32), above

    def lift(self, z, theta):
        """From z to the derivative by z and what the next layer reads."""
        h = z.relu_()
        total, width = squares(h), h.shape[1]
        dz = h * (slopes(total / width, theta) * (2 / width)).to(h.dtype)[:, None]
        return dz, h.mul_(scale(total, width, self.normalize).to(h.dtype)[:, None])


class Autograd:
    """Steps whose derivative PyTorch finds, layer by layer."""

    def __init__(self, job):
        self.normalize, self.shared = job.normalize, job.args.first == "shared"
        if job.args.compile:
            self.loss = torch.compile(self.loss)

    def first(self, pairs, w, b, theta):
        if not self.shared:
            return self.above(pairs.stacked(), w, b, theta)
        z = shared_z(pairs.images, code(pairs.labels, pairs.strength), pairs.scales, w, b)
        return self.finish(z, w, b, theta)

    def above(self, x, w, b, theta):
        return self.finish(linear(x, w, b), w, b, theta)

    def finish(self, z, w, b, theta):
        loss, above = self.loss(z, theta)
        return *torch.autograd.grad(loss, [w, b]), above.detach()

    def loss(self, z, theta):
        h = torch.relu(z)
        # h.square() and not a norm, whose derivative at a row of zeros is not a number.
        total = h.square().sum(1, dtype=torch.float32)
        positive, negative = (total / h.shape[1]).chunk(2)
        loss = (softplus(theta - positive) + softplus(negative - theta)).mean()
        with torch.no_grad():
            above = h * scale(total, h.shape[1], self.normalize).to(h.dtype)[:, None]
        return loss, above


def inputs(job, rows):
    """The images as the first layer reads them before a label is written in."""
    x = job.inputs(rows)
    x[:, :CLASSES] = 0
    return x


def wrong(labels):
    """A label that is not the true one."""
    return (labels + torch.randint(1, CLASSES, labels.shape)) % CLASSES


def simultaneous(job, layers, work):
    """All layers learn from every batch; returns the seconds of each epoch."""
    images, labels = job.train
    for _ in range(job.epochs):
        started = time.perf_counter()
        for rows in job.batches():
            x = Pairs(job, inputs(job, images[rows]), labels[rows], wrong(labels[rows]))
            for layer in layers:
                x = layer.step(work, job, x)
        yield time.perf_counter() - started


def greedy(job, layers, work):
    """One layer after another learns from pairs that are drawn once; an epoch counts for each layer."""
    images, labels = job.train
    drawn = wrong(labels)
    pass_on = lambda x, layer: lift_rows(layer, x, job)
    for depth, layer in enumerate(layers):
        below = Pairs(job, inputs(job, images), labels, drawn)
        for done in layers[:depth]:
            below = pass_on(below, done)
        for _ in range(job.epochs):
            started = time.perf_counter()
            for rows in job.batches():
                layer.step(work, job, pick(job, below, rows))
            yield time.perf_counter() - started


def pick(job, below, rows):
    """The pairs of the samples `rows`."""
    if rows == slice(None):
        return below
    if isinstance(below, Pairs):
        labels, drawn = below.labels.chunk(2)
        return Pairs(job, below.images[rows], labels[rows], drawn[rows])
    positive, negative = below.chunk(2)
    return torch.cat([positive[rows], negative[rows]])


@torch.no_grad()
def lift_rows(layer, x, job):
    """What a layer that has learned makes of rows, normalised."""
    return lift_with_goodness(layer, x, job)[0]


def lift_with_goodness(layer, x, job):
    if isinstance(x, Pairs):
        z = shared_z(x.images, code(x.labels, x.strength), x.scales, layer.weight, layer.bias)
    else:
        z = linear(x, layer.weight, layer.bias)
    h = torch.relu(z)
    total = squares(h)
    return h * scale(total, h.shape[1], job.normalize).to(h.dtype)[:, None], total / h.shape[1]


@torch.no_grad()
def misread(job, layers, images, labels, chunk=100):
    """Share of the images whose true label does not have the highest goodness, summed over all layers."""
    bad = 0
    for rows, truth in zip(images.split(chunk), labels.split(chunk)):
        every = torch.arange(CLASSES).repeat_interleave(len(truth))
        x, scores = Pairs(job, inputs(job, rows), every, every[:0]), 0
        for layer in layers:
            x, g = lift_with_goodness(layer, x, job)
            scores = scores + g
        bad += int((scores.view(CLASSES, -1).argmax(0) != truth).sum())
    return bad / len(labels)


def main():
    parser = task.options("Forward-Forward training in PyTorch")
    parser.add_argument("--gradient", choices=["autograd", "manual"], default="manual")
    parser.add_argument("--first", choices=["stacked", "shared"], default="shared")
    job = task.Task(parser.parse_args())
    sizes = [job.train[0].shape[1], *job.layers]
    layers = [Layer(job, i, o) for i, o in zip(sizes, sizes[1:])]
    work = (Manual if job.args.gradient == "manual" else Autograd)(job)
    with job.precision():
        epochs = list((greedy if job.greedy else simultaneous)(job, layers, work))
        read = lambda images, labels: misread(job, layers, images, labels)
        job.report("ff", epochs, read, gradient=job.args.gradient, first=job.args.first)


if __name__ == "__main__":
    main()
