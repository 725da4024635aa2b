/**
 * Started in a new network namespace whose loopback is up: listens there and hands the listening socket to
 * the server, over the IPC channel it was started with. It ends when that channel closes, and its own copy of the
 * socket with it, before anything in the namespace can connect to the copy.
 * Called by: network.ts, as `node network-helper.js HOST PORT`.
 */
import { createServer } from 'node:net'

const [host, port] = process.argv.slice(2)
process.once('disconnect', () => process.exit(0))
// A server that died while this was being loaded has closed the channel before anybody listened.
if (!process.connected) process.exit(0)
const listening = createServer()
listening.listen(Number(port), host, () => process.send('listening', listening))
