"""A training step of a BERT encoder in PyTorch, for comparison. Prints one JSON line: the milliseconds of every measured step.

Reads JSON from standard input: layers, hidden, heads, intermediate, vocabulary, positions, classes, batch, tokens, threads, steps, warmup, dropout.
The same step as ours: forward, cross-entropy on [CLS], backward, gradient clipping to norm 1, AdamW.
"""
import json
import sys
import time

import torch
from torch import nn

spec = json.load(sys.stdin)
torch.set_num_threads(spec["threads"])
torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        d = spec["hidden"]
        self.query, self.key, self.value, self.output = (nn.Linear(d, d) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(d, eps=1e-12), nn.LayerNorm(d, eps=1e-12)
        self.up, self.down = nn.Linear(d, spec["intermediate"]), nn.Linear(spec["intermediate"], d)
        self.drop = nn.Dropout(spec["dropout"])

    def forward(self, x, mask):
        rows, width, d = x.shape
        heads = spec["heads"]
        split = lambda y: y.view(rows, width, heads, d // heads).transpose(1, 2)
        scores = split(self.query(x)) @ split(self.key(x)).transpose(-1, -2) / (d // heads) ** 0.5 + mask
        context = self.drop(scores.softmax(-1)) @ split(self.value(x))
        x = self.norm1(x + self.drop(self.output(context.transpose(1, 2).reshape(rows, width, d))))
        return self.norm2(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        d = spec["hidden"]
        self.word, self.position, self.segment = nn.Embedding(spec["vocabulary"], d), nn.Embedding(spec["positions"], d), nn.Embedding(2, d)
        self.norm, self.drop = nn.LayerNorm(d, eps=1e-12), nn.Dropout(spec["dropout"])
        self.blocks = nn.ModuleList(Block() for _ in range(spec["layers"]))
        self.pooler, self.classifier = nn.Linear(d, d), nn.Linear(d, spec["classes"])

    def forward(self, ids, types, mask):
        x = self.word(ids) + self.position(torch.arange(ids.shape[1]))[None] + self.segment(types)
        x = self.drop(self.norm(x))
        bias = ((1.0 - mask) * -1e9)[:, None, None, :]
        for block in self.blocks:
            x = block(x, bias)
        return self.classifier(self.drop(torch.tanh(self.pooler(x[:, 0]))))


model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.0)
shape = (spec["batch"], spec["tokens"])
times = []
for step in range(spec["warmup"] + spec["steps"]):
    ids = torch.randint(0, spec["vocabulary"], shape)
    labels = torch.randint(0, spec["classes"], (spec["batch"],))
    types, mask = torch.zeros(shape, dtype=torch.long), torch.ones(shape)
    start = time.perf_counter()
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(ids, types, mask), labels).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step >= spec["warmup"]:
        times.append((time.perf_counter() - start) * 1000)
print(json.dumps(times))
