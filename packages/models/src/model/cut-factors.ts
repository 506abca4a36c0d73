import type { Ranks } from '@length-adaptive/core';
import { areFullRanks } from '@length-adaptive/core';
import { factorSpecs } from '../architectures/factor-specs.js';
import type { ParameterSpec } from '../architectures/parameter-specs.js';
import { saveParameters } from '../architectures/parameters.js';
import { ModelError } from '../errors.js';
import { checkRanks } from '../folder/low-rank.js';
import { withProducts } from '../low-rank/products.js';
import type { TensorData } from '../weights/safetensors.js';
import type { TaskModel } from './task-model.js';
import { createTaskModel } from './task-model.js';

/** The first rows and columns of a matrix. */
const corner = ({ data, shape: [, width = 0] }: TensorData, [rows = 0, columns = 0]: readonly number[]): TensorData => {
  const part = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) part.set(data.subarray(row * width, row * width + columns), row * columns);
  return { shape: [rows, columns], data: part, dtype: 'F32' };
};

/** Every tensor of a tree of them. */
const leaves = (tree: unknown): readonly ParameterSpec[] => {
  if (typeof tree !== 'object' || tree === null) return [];
  return 'name' in tree ? [tree as ParameterSpec] : Object.values(tree).flatMap(leaves);
};

/**
 * A model that is made of factors, which trains, from one that has factors: at given ranks, without the texts that they were found on.
 *
 * @param model stays as it is, and the caller's
 * @param ranks up to those of its factors; 1 leaves a matrix as it is
 * @throws ModelError `OPTION_INVALID` for a model without factors, or ranks that leave every matrix as it is; CoreError
 * `OPERATING_POINT_INVALID` for ranks that its factors do not have
 * @example
 * const { model: anyRank } = await factoriseModel(model, inputs);
 * const half = await cutFactors(anyRank, uniformRanks(6, 0.5));
 */
export const cutFactors = async (model: TaskModel, ranks: Ranks): Promise<TaskModel> => {
  const { lowRank, architecture, dimensions, config, task, reducer, prior, parameters, initialised, companions } =
    model;
  if (!lowRank)
    throw new ModelError(
      'OPTION_INVALID',
      'The model has no factors to be made of: find factors of its matrices on texts first (lat factorise).',
    );
  checkRanks({ ranks }, model);
  if (areFullRanks(ranks))
    throw new ModelError('OPTION_INVALID', 'The ranks leave every matrix as it is; ask for a share below 1 of some.');
  const trained = parameters.filter(({ spec }) => !initialised.includes(spec.name));
  const { tensors, factors: own } = withProducts(await saveParameters(trained));
  const stored = new Map([...own, ...(await saveParameters(model.factorParameters))]);
  const factors = new Map(
    leaves(factorSpecs(architecture.encoder(dimensions), ranks)).map(({ name, shape }) => [
      name,
      corner(stored.get(name) as TensorData, shape), // there is one, for the ranks were checked
    ]),
  );
  return createTaskModel(config, new Map([...tensors, ...companions]), {
    ...{ task, reducer, prior, factors },
    lowRank: { ...lowRank, model: 'factors', ranks },
  });
};
