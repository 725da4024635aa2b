/** Reads `a=b&c=d`, in URLs and in form bodies. */
import { ServiceError } from '../kernel/errors.ts'
import { parametersMax } from './limits.ts'
import { percentDecode } from './percent.ts'

/** Calls back for each parameter in order; `ServiceError` for bad percent-encoding and for too many. */
export function eachParameter(text: string, callback: (name: string, value: string) => void): void {
  let count = 0
  for (let start = 0; start < text.length;) {
    const ampersand = text.indexOf('&', start)
    const end = ampersand === -1 ? text.length : ampersand
    if (end > start) {
      if (++count > parametersMax) {
        throw malformed(`The request has more than ${parametersMax} parameters.`)
      }
      const equals = text.indexOf('=', start)
      if (equals === -1 || equals >= end) callback(decode(text.slice(start, end)), '')
      else callback(decode(text.slice(start, equals)), decode(text.slice(equals + 1, end)))
    }
    start = end + 1
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  try {
    return percentDecode(spaced)
  } catch {
    throw malformed('The request has a parameter that is not valid percent-encoded UTF-8.')
  }
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedQueryString', message, { status: 404 })
}
