/** Measured rounds, or fewer where `BENCH_ROUNDS` says so: for trying a benchmark out. */
export const roundsOf = (rounds: number): number => Math.min(rounds, Number(process.env['BENCH_ROUNDS'] ?? rounds));
