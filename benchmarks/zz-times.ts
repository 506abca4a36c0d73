import { openOnnx } from '@length-adaptive/onnx';
import { uniformRanks } from '@length-adaptive/core';
import { calibrateLatency } from '@length-adaptive/models';
import { writeFileSync } from 'node:fs';
const short = [0.83, 0.68, 0.52, 0.46, 0.44, 0.11];
const cpu = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1000; };
const med = (xs: number[]) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)]!;
const { model } = await openOnnx('/tmp/bits/any-rank', { threads: 1, maxOtherSessions: 24 });
const designed: any[] = [];
const fake = { ...model, run: async (inputs: any, { point }: any) => { designed.push({ tokens: inputs[0].ids.length, point }); return new Float32Array(2); } } as any;
await calibrateLatency(fake, { lengths: [8, 128], repeats: 1, seconds: 0 });
const seen = new Set<string>();
const all: any[] = [];
const add = (set: string, tokens: number, point: any) => { const key = JSON.stringify([set, tokens, point]); if (!seen.has(key)) { seen.add(key); all.push({ set, tokens, point }); } };
for (const d of designed) add('design', d.tokens, d.point);
const R = (a: number, f: number) => ({ attention: Array(6).fill(a), feedForward: Array(6).fill(f) });
for (const tokens of [8, 16, 48, 128])
  for (const ranks of [undefined, R(.75,.75), R(.5,.5), R(.25,.25), R(.5,1), R(1,.5), R(.25,.75), R(.75,.3)])
    for (const lengths of [undefined, short]) add('test', tokens, { ...(lengths && { lengths }), ...(ranks && { ranks }) });
const extra = [R(.3,1), R(1,.3), R(.6,.6),R(.85,.85)];
for (const ranks of extra) for (const tokens of [8,20,50,128]) add('extra', tokens, { ranks });
const out: any[] = [];
for (const bits of [32, 8] as const) {
  const times = all.map((): number[] => []); const walls = all.map((): number[] => []);
  for (let round = 0; round < 8; round++)
    for (const [i, { tokens, point }] of all.entries()) {
      const inputs = [{ ids: new Int32Array(tokens).fill(2000) }];
      {
      const t = cpu(), w = performance.now();
      await model.run(inputs, { point: { ...point, bits } });
      if (round > 0) {times[i]!.push(cpu() - t); walls[i]!.push(performance.now() - w);}}
    }
  all.forEach((a, i) => out.push({ ...a, bits, cpu: times[i], wall: walls[i], ms: med(times[i]!), min: Math.min(...times[i]!) }));
  writeFileSync('/tmp/bits/times2.json', JSON.stringify(out));
}

model.dispose();
