import { tryAll } from './attempt.ts'
import { descriptors } from './attempts/descriptors.ts'
import { files } from './attempts/files.ts'
import { kernel } from './attempts/kernel.ts'
import { mounts } from './attempts/mounts.ts'
import { privileges } from './attempts/privileges.ts'
import { processes } from './attempts/processes.ts'

tryAll(files, mounts, kernel, privileges, processes, descriptors)
