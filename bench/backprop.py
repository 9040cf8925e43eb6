"""Plain backprop in PyTorch on the layers of a recipe: ReLU, a softmax on top, cross-entropy, fused Adam.

    python backprop.py recipes/ff-1000x3.toml --epochs 2
    python backprop.py recipes/ff-2000x4.toml --micro 64     gradients of small parts of a batch are added up
"""

import itertools
import time

import task  # first: it starts the clock
import torch
from torch import nn

CLASSES = 10


def network(job):
    """Linear layers with ReLU between them, with PyTorch's own initial weights."""
    sizes = [job.train[0].shape[1], *job.layers]
    hidden = [(nn.Linear(i, o), nn.ReLU()) for i, o in itertools.pairwise(sizes)]
    return nn.Sequential(*itertools.chain(*hidden), nn.Linear(sizes[-1], CLASSES))


def learn(job, net, optimizer, images, labels):
    """One step, by parts where the program was asked for them."""
    optimizer.zero_grad(set_to_none=True)
    part = job.args.micro or len(labels)
    for x, y in zip(images.split(part), labels.split(part)):
        with job.precision():
            loss = nn.functional.cross_entropy(net(job.inputs(x)), y, reduction="sum") / len(labels)
        loss.backward()
    optimizer.step()


def train(job, net, optimizer):
    """Every epoch; returns the seconds of each."""
    images, labels = job.train
    for _ in range(job.epochs):
        started = time.perf_counter()
        for rows in job.batches():
            learn(job, net, optimizer, images[rows], labels[rows])
        yield time.perf_counter() - started


@torch.no_grad()
def misread(job, net, images, labels, chunk=1000):
    """Share of the images whose likeliest class is not the true one."""
    with job.precision():
        likeliest = torch.cat([net(job.inputs(rows)).argmax(1) for rows in images.split(chunk)])
    return float((likeliest != labels).float().mean())


def main():
    parser = task.options("Backprop in PyTorch")
    parser.add_argument("--micro", type=int, help="samples whose activities are held at a time")
    # What Forward-Forward likes is not what backprop likes.
    parser.set_defaults(rate=0.001)
    job = task.Task(parser.parse_args())
    net = network(job)
    optimizer = job.optimizer(net.parameters())
    step = torch.compile(net) if job.args.compile else net
    epochs = list(train(job, step, optimizer))
    job.report("backprop", epochs, lambda *part: misread(job, net, *part), micro=job.args.micro)


if __name__ == "__main__":
    main()
