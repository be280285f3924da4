"""Steps of training under a monitor, on what `batch` gives."""

from torch.nn.functional import cross_entropy


def train_on(batch, monitor, steps, loss=cross_entropy):
    """Train the model of a monitor by its optimizer."""
    x, y = batch()
    for _ in range(steps):
        monitor.optimizer.zero_grad()
        loss(monitor.model(x), y).backward()
        monitor.optimizer.step()
