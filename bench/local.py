"""Layer-local training of convolutions in PyTorch, as fast as PyTorch allows, by the recipe that `goodness train` reads.

Each layer: a convolution, ReLU, pooling; the root mean square of each channel in cells of its map, projected to one number
a class, for cross-entropy; the deviation of each channel over its map for similarity matching; batch normalisation of what
is passed on. A graph reaches over one layer and no further. Channels last, fused Adam.

    python local.py recipes/local-conv.toml --epochs 1 --precision bf16 --train-samples 5000
"""

import time

import task  # first: it starts the clock
import torch
from torch.nn import functional as F

CLASSES = 10

# Every key that is not named here must be absent from a recipe: its default is what this program does.
KNOWN = {
    "data": {"set": None, "validation": None, "mean": None, "deviation": None},
    "network": {
        "layers": None,
        "convolutions": None,
        "projection": {"linear"},
        "view": {"rms"},
        "goodness": {"class_mean"},
        "normalize": {"batch"},
        "readout": {"class_goodness"},
        "init": {"fan_in_normal"},
    },
    "train": {
        "loss": {"cross_entropy"},
        "similarity": {"matching"},
        "similarity_view": {"deviation"},
        "optimizer": {"adam"},
        "schedule": {"constant"},
        "epochs": None,
        "batch": None,
        "validate_every": {0},
        "seed": None,
    },
}
REQUIRED = [(section, key) for section in ("network", "train") for key, names in KNOWN[section].items() if isinstance(names, set)]


class Layer(torch.nn.Module):
    """One layer, its loss and its optimizer."""

    def __init__(self, job, squares, inputs, units, side):
        super().__init__()
        self.pool, self.cells, self.weight = squares.get("pool", 1), job.cells(side), job.weight
        # Zeros around the map that keep its size, as recipes have it where they do not say otherwise.
        self.conv = torch.nn.Conv2d(inputs, units, squares["side"], padding=squares["side"] // 2)
        torch.nn.init.normal_(self.conv.weight, 0, (inputs * squares["side"] ** 2) ** -0.5)
        torch.nn.init.zeros_(self.conv.bias)
        self.projection = torch.nn.Linear(units * self.cells**2, CLASSES, bias=False)
        torch.nn.init.zeros_(self.projection.weight)
        self.normalise = torch.nn.BatchNorm2d(units, affine=False)
        self.to(memory_format=torch.channels_last)
        self.optimizer = job.optimizer(self.parameters())

    def forward(self, x):
        """The maps and the goodness of every class."""
        h = torch.relu(self.conv(x))
        h = F.max_pool2d(h, self.pool) if self.pool > 1 else h
        return h, self.projection((F.adaptive_avg_pool2d(h.float().square(), self.cells) + 1e-12).sqrt().flatten(1))

    def loss(self, x, labels, alike):
        h, goodness = self(x)
        deviation = h.float().flatten(2).var(2, correction=0).add(1e-12).sqrt()
        matching = (cosines(deviation) - alike).square().mean()
        return F.cross_entropy(goodness.float(), labels) + self.weight * matching, h

    def step(self, x, labels, alike):
        """Learns from a batch; returns what the next layer reads."""
        loss, h = self.objective(x, labels, alike)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            return self.normalise(h.detach())


def cosines(rows):
    """Of every row with every other, each less its own mean."""
    rows = F.normalize(rows - rows.mean(1, keepdim=True), dim=1)
    return rows @ rows.t()


class Task(task.Task):
    """A recipe for convolutions."""

    def __init__(self, args):
        super().__init__(args, KNOWN, REQUIRED)
        net, train = self.recipe["network"], self.recipe["train"]
        self.squares = net["convolutions"]
        self.view, self.read_from = net["view"]["cells"], net["readout"].get("from", 1)
        self.weight = train["similarity"]["weight"]
        self.side = int(self.train[0].shape[1] ** 0.5)

    def cells(self, side):
        """Cells along a side of a map."""
        return min(self.view, side)

    def images(self, rows):
        """A batch as the first layer reads it."""
        return self.inputs(rows).view(-1, 1, self.side, self.side).contiguous(memory_format=torch.channels_last)


def network(job):
    layers, inputs, side = [], 1, job.side
    for units, squares in zip(job.layers, job.squares):
        side //= squares.get("pool", 1)
        layer = Layer(job, squares, inputs, units, side)
        layer.objective = torch.compile(layer.loss) if job.args.compile else layer.loss
        layers.append(layer)
        inputs = units
    return layers


def train(job, layers):
    """All layers learn from every batch; returns the seconds of each epoch."""
    images, labels = job.train
    for _ in range(job.epochs):
        started = time.perf_counter()
        for rows in job.batches():
            x, truth = job.images(images[rows]), labels[rows]
            alike = cosines(F.one_hot(truth, CLASSES).float())
            for layer in layers:
                x = layer.step(x, truth, alike)
        yield time.perf_counter() - started


@torch.no_grad()
def misread(job, layers, images, labels, chunk=100):
    """Share of the images whose true class does not have the highest score, the mean of the softmax of the layers that are read."""
    bad = 0
    for layer in layers:
        layer.eval()
    for rows, truth in zip(images.split(chunk), labels.split(chunk)):
        x, scores = job.images(rows), 0
        for depth, layer in enumerate(layers, 1):
            h, goodness = layer(x)
            scores = scores + goodness.float().softmax(1) if depth >= job.read_from else scores
            x = layer.normalise(h)
        bad += int((scores.argmax(1) != truth).sum())
    return bad / len(labels)


def main():
    job = Task(task.options("Layer-local training of convolutions in PyTorch").parse_args())
    layers = network(job)
    with job.precision():
        epochs = list(train(job, layers))
        job.report("local", epochs, lambda images, labels: misread(job, layers, images, labels))


if __name__ == "__main__":
    main()
