import { tryAll } from './attempt.ts'
import { exhaustion } from './attempts/exhaustion.ts'

tryAll(exhaustion)
