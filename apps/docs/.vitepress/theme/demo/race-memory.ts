import type { RaceEnd, RaceMemory } from './fastest-engine.js';

const keyOf = (model: string): string => `length-adaptive-engine ${model}`;

const isEnd = (value: unknown): value is RaceEnd => {
  if (typeof value !== 'object' || value === null) return false;
  const { engine, gain } = value as Partial<Record<keyof RaceEnd, unknown>>;
  return (engine === 'onnx' || engine === 'tfjs') && typeof gain === 'number' && gain > 0;
};

/** Keeps the end of a model's race in the browser, where that is allowed: else it is run again at the next visit. */
export const browserMemory = (model: string): RaceMemory => ({
  recall: () => {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(keyOf(model)) ?? 'null');
      return isEnd(kept) ? kept : undefined;
    } catch {
      return undefined;
    }
  },
  remember: (end) => {
    try {
      localStorage.setItem(keyOf(model), JSON.stringify(end));
    } catch {
      // nothing may be stored
    }
  },
});
