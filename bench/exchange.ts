/** One request and its whole answer, over a socket that is open: for what is asked once and not by the microsecond. */
import { once } from 'node:events'
import type net from 'node:net'

const patienceMs = 20_000

/** @returns the body, one character a byte. @throws when the answer is not a 200 of a told length */
export async function exchange(socket: net.Socket, request: Uint8Array): Promise<string> {
  socket.write(request)
  let answer = ''
  for (;;) {
    const [chunk] = (await once(socket, 'data', {
      signal: AbortSignal.timeout(patienceMs),
    })) as [Buffer]
    answer += chunk.toString('latin1')
    const head = answer.indexOf('\r\n\r\n') + 4
    const length = Number(/\r\ncontent-length: *(\d+)\r/i.exec(answer)?.[1])
    if (head < 4 || answer.length < head + length) continue
    if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`not answered: ${answer}`)
    return answer.slice(head)
  }
}
