import { tryAll } from './attempt.ts'
import { disk } from './attempts/disk.ts'
import { exhaustion } from './attempts/exhaustion.ts'

tryAll(exhaustion, disk)
