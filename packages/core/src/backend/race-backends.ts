import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../errors.js';
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
 * @returns undefined where one of them does not start, or neither runs a pass: then there is nothing to choose. One that starts and cannot run a pass has lost
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
  const { times, broken } = known ? { times: known, broken: {} } : await runRace(shape);
  const { webgpu = Infinity, wasm = Infinity } = times;
  const [backend, other]: [Racer, Racer] = webgpu <= wasm ? ['webgpu', 'wasm'] : ['wasm', 'webgpu'];
  if (times[backend] === undefined) return undefined; // neither runs a model: whoever asked tries what is left
  if (!known && times[other] !== undefined) await rememberRace(key, times); // what broke may do better at the next visit
  await tf.setBackend(backend);
  const lost =
    broken[other] ??
    `a pass of a model of this shape takes ${milliseconds(times[other])} there and ${milliseconds(times[backend])} here`;
  return {
    backend,
    reason: `${how[backend] ?? backend}; ${other} was passed over: ${lost}`,
    passedOver: [{ backend: other, reason: lost }],
    race: { milliseconds: times, remembered: known !== undefined },
  };
};

interface RaceRun {
  readonly times: RaceTimes;
  /** Why a racer could not finish, as a sentence without its end. */
  readonly broken: Readonly<Partial<Record<Racer, string>>>;
}

const runRace = async (shape: RaceShape): Promise<RaceRun> => {
  const times: Partial<Record<Racer, number>> = {};
  const broken: Partial<Record<Racer, string>> = {};
  for (const name of racers) {
    try {
      await tf.setBackend(name);
      times[name] = await timePass(shape);
    } catch (error) {
      broken[name] = `it starts, and a pass of a model of this shape fails: ${messageOf(error)}`;
    }
  }
  return { times, broken };
};
