import { tryAll } from './attempt.ts'
import { neighbours } from './attempts/neighbours.ts'
import { network } from './attempts/network.ts'

tryAll(network, neighbours)
