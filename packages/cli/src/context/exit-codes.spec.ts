import { CoreError } from '@length-adaptive/core';
import { ModelError } from '@length-adaptive/models';
import { OnnxError } from '@length-adaptive/onnx';
import { SearchError } from '@length-adaptive/search';
import { CliError } from './errors.js';
import { exitCodeOf } from './exit-codes.js';

/** @length-adaptive/queue is loaded when it is needed, here never. */
const queueError = (code: string): Error => Object.assign(new Error(''), { name: 'QueueError', code });

test.each([
  [new CliError('USAGE', ''), 2],
  [new CliError('CONFIG_INVALID', ''), 3],
  [new ModelError('DATA_INVALID', ''), 3],
  [new CoreError('LENGTH_CONFIG_INVALID', ''), 3],
  [new SearchError('INVALID_CHECKPOINT', ''), 3],
  [new ModelError('FILE_NOT_FOUND', ''), 4],
  [new CliError('CHECKPOINT_NOT_FOUND', ''), 4],
  [new CliError('SCORE_TOO_LOW', ''), 5],
  [new OnnxError('VERIFICATION_FAILED', ''), 5],
  [new CoreError('BACKEND_UNAVAILABLE', ''), 6],
  [new OnnxError('PEER_MISSING', ''), 6],
  [new OnnxError('FILE_INVALID', ''), 3],
  [new CliError('PEER_MISSING', ''), 6],
  [queueError('REDIS_UNREACHABLE'), 6],
  [queueError('STUDY_REFUSED'), 3],
  [queueError('JOB_FAILED'), 1],
  [queueError('REDIS_REFUSED'), 1],
  [queueError('ABORTED'), 130],
  [new ModelError('ABORTED', ''), 130],
  [new SearchError('ABORTED', ''), 130],
  [new TypeError('a fault of ours'), 1],
  ['not even an error', 1],
])('%s', (error, code) => expect(exitCodeOf(error)).toBe(code));
