import * as tf from '@tensorflow/tfjs';
import type { RaceShape, RaceTimes } from './race.js';
import { timePass } from './race.js';
import { recallRace, rememberRace } from './race-memory.js';
import type { Racer } from './backend-name.js';
import { racers } from './backend-name.js';
import type { StartedBackend } from './started-backend.js';

const milliseconds = (time = NaN): string => `${time < 10 ? time.toFixed(1) : Math.round(time)} ms`;

/**
 * Starts WebGPU and wasm, and lets the faster be the backend.
 *
 * @param start starts one, and says what it computes on
 * @returns undefined where one of them does not start: then there is nothing to choose
 */
export const raceBackends = async (
  shape: RaceShape,
  start: (name: Racer) => Promise<string>,
): Promise<StartedBackend | undefined> => {
  const how: Partial<Record<Racer, string>> = {};
  for (const name of racers) {
    try {
      how[name] = await start(name);
      await tf.ready();
    } catch {
      return undefined; // whoever asked tries one after the other, and says why this one did not start
    }
  }
  const { layers, hiddenSize, intermediateSize, heads, tokens } = shape;
  const key = [how.webgpu, how.wasm, layers, hiddenSize, intermediateSize, heads, tokens].join('|');
  const known = await recallRace(key);
  const times = known ?? (await runRace(shape));
  if (!known) await rememberRace(key, times);
  const { webgpu = Infinity, wasm = Infinity } = times;
  const [backend, other]: [Racer, Racer] = webgpu <= wasm ? ['webgpu', 'wasm'] : ['wasm', 'webgpu'];
  await tf.setBackend(backend);
  const lost = `a pass of a model of this shape takes ${milliseconds(times[other])} there and ${milliseconds(times[backend])} here`;
  return {
    backend,
    reason: `${how[backend] ?? backend}; ${other} was passed over: ${lost}`,
    passedOver: [{ backend: other, reason: lost }],
    race: { milliseconds: times, remembered: known !== undefined },
  };
};

const runRace = async (shape: RaceShape): Promise<RaceTimes> => {
  const times: Partial<Record<Racer, number>> = {};
  for (const name of racers) {
    await tf.setBackend(name);
    times[name] = await timePass(shape);
  }
  return times;
};
