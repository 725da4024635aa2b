/**
 * Where all chance in tests begins: the same each time, so that a run that failed fails again, and one that passed
 * passes on every machine. `LAMBDAD_TEST_SEED=random` looks further, for minutes or for a night; a failure names
 * its seed, and `LAMBDAD_TEST_SEED=<seed>` repeats it.
 */
const chosen = process.env['LAMBDAD_TEST_SEED'] ?? '20141113'

export const testSeed = chosen === 'random' ? Date.now() % 2 ** 31 : Number(chosen)
