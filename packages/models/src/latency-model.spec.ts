import { useWasm } from '@length-adaptive/core/wasm';
import { calibrateLatency, createLatencyModel } from './latency-model.js';
import { tinyModel } from './testing/tiny-model.js';

test('fits the line that measurements lie on', () => {
  const latency = createLatencyModel([0.1, 0.4, 1, 2].map((gmacs) => ({ macs: gmacs * 1e9, milliseconds: 3 + 20 * gmacs })));
  expect(latency.milliseconds(0.5e9)).toBeCloseTo(13, 6);
});

test('follows a machine that got slower', () => {
  const latency = createLatencyModel([0.1, 1].map((gmacs) => ({ macs: gmacs * 1e9, milliseconds: 10 * gmacs })));
  for (let i = 0; i < 300; i++) for (const gmacs of [0.1, 1]) latency.observe(gmacs * 1e9, 30 * gmacs);
  expect(latency.milliseconds(1e9)).toBeGreaterThan(29);
});

test('keeps its shape however long inputs of one size come', () => {
  const truth = (gmacs: number) => 10 + 40 * gmacs;
  const latency = createLatencyModel([0.5, 2, 6].map((gmacs) => ({ macs: gmacs * 1e9, milliseconds: truth(gmacs) })));
  for (let i = 0; i < 5000; i++) latency.observe(11.13e9, truth(11.13));
  expect(latency.milliseconds(2e9)).toBeCloseTo(truth(2), 4);
});

test('never predicts less for more work, nor below zero', () => {
  const latency = createLatencyModel([
    { macs: 1e9, milliseconds: 10 },
    { macs: 2e9, milliseconds: 9 },
  ]);
  expect(latency.milliseconds(3e9)).toBeGreaterThanOrEqual(latency.milliseconds(0.5e9));
  expect(latency.milliseconds(0)).toBeGreaterThanOrEqual(0);
});

test('calibrates on a real model', async () => {
  await useWasm();
  const { model } = await tinyModel();
  const latency = await calibrateLatency(model);
  expect(latency.milliseconds(model.macs(16))).toBeGreaterThan(0);
  model.dispose();
});
