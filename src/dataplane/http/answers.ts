/** The answers of the Runtime API as they go over the wire: text with a character a byte, cheaper to join than bytes. */
import { Buffer } from 'node:buffer'

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
}

/** A whole answer, ready to be written. */
export function answer(status: number, body: string, contentType = 'application/json'): string {
  const reason = reasons[status] ?? 'Error'
  return Buffer.from(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  ).toString('latin1')
}

/** An error in the Runtime API's own form. */
export function errorAnswer(status: number, errorType: string, errorMessage: string): string {
  return answer(status, JSON.stringify({ errorMessage, errorType }))
}

/** What a runtime is told when its answer was taken. */
export const accepted = answer(202, '{"status":"OK"}')
