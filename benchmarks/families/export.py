"""Exports an encoder of Hugging Face transformers, with random weights, to ONNX, and prints what did it: python export.py FILE < config.json

Needs torch, transformers, onnx and onnxscript. The graph takes input_ids and attention_mask of any batch and length, and gives last_hidden_state.
"""
import json, sys
import torch
import transformers

config = json.load(sys.stdin)
family, known = config.pop('model_type'), None
if family == 'new':  # there is no class of it: NomicBERT's is the same encoder once its maps have biases
    factor, size = config.pop('rope_scaling')['factor'], config['hidden_size'] // config['num_attention_heads']
    rope = {'rope_type': 'linear', 'factor': factor ** (2 / size), 'rope_theta': config.pop('rope_theta') * factor}
    config.update(rope_parameters=rope, hidden_act='gelu', type_vocab_size=1)
model = transformers.AutoModel.from_config(transformers.AutoConfig.for_model('nomic_bert' if family == 'new' else family, **config)).eval()
if family == 'new':
    for name, part in model.named_modules():
        if name.endswith(('_proj',)) and 'gate' not in name and 'up' not in name: part.bias = torch.nn.Parameter(torch.zeros(part.out_features))


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


inputs = (torch.randint(5, 900, (2, 64)), torch.ones(2, 64, dtype=torch.long))
any_size = {0: torch.export.Dim('batch', max=64), 1: torch.export.Dim('tokens', min=8, max=500)}
said, sys.stdout = sys.stdout, sys.stderr
torch.onnx.export(Encoder(), inputs, sys.argv[1], input_names=['input_ids', 'attention_mask'], output_names=['last_hidden_state'],
                  dynamo=True, external_data=False, dynamic_shapes={'input_ids': any_size, 'attention_mask': any_size})
print(f'transformers {transformers.__version__} and torch {torch.__version__}', file=said)
