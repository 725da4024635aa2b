/** fast-check for every test: it begins where seed.ts says. */
import fc from 'fast-check'
import { testSeed } from './seed.ts'

fc.configureGlobal({ seed: testSeed })

export default fc
