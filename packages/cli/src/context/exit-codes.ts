/** Exit codes of every command, as the README and `--help` list them. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  invalid: 3,
  notFound: 4,
  verificationFailed: 5,
  backendUnavailable: 6,
  interrupted: 130,
} as const;

/** What each code means, for `--help`. */
export const exitCodeHelp = `Exit codes:
  0    done
  1    unexpected failure
  2    usage: unknown flag, missing or malformed option
  3    input or configuration invalid
  4    model, file or checkpoint not found
  5    verification failed (evaluate --min-score, export)
  6    backend unavailable: onnxruntime-node, @length-adaptive/queue or /server not installed, no Redis
  130  interrupted; train, distill, adapt, search and embed say how to resume`;

/** The errors that our packages throw on purpose. */
const ownErrors = ['CliError', 'ModelError', 'CoreError', 'SearchError', 'OnnxError', 'QueueError'];

/** The `code` of an error of our packages; undefined for anything else. */
export const knownCode = (error: unknown): string | undefined =>
  error instanceof Error && ownErrors.includes(error.name) && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** The exit code for something thrown. */
export const exitCodeOf = (error: unknown): number => {
  const code = knownCode(error);
  if (code === undefined) return exitCodes.unexpected;
  if (code === 'USAGE') return exitCodes.usage;
  if (code === 'ABORTED') return exitCodes.interrupted;
  if (code === 'SCORE_TOO_LOW' || code === 'VERIFICATION_FAILED') return exitCodes.verificationFailed;
  if (code === 'BACKEND_UNAVAILABLE' || code === 'PEER_MISSING' || code === 'REDIS_UNREACHABLE')
    return exitCodes.backendUnavailable;
  if (code === 'JOB_FAILED' || code === 'REDIS_REFUSED') return exitCodes.unexpected;
  return code.endsWith('_NOT_FOUND') ? exitCodes.notFound : exitCodes.invalid;
};
