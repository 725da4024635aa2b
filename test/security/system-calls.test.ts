import { systemCalls } from './attempts/system-calls.ts'
import { tryAll } from './attempt.ts'

tryAll(systemCalls)
