import { tryAll } from './attempt.ts'
import { runtimeApi } from './attempts/runtime-api.ts'

tryAll(runtimeApi)
