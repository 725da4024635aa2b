import { InvalidArgumentError } from 'commander'

/** `512`, `512mb` or `4gb`, in MiB. @throws InvalidArgumentError in words. */
export function readMegabytes(text: string): number {
  const match = /^(\d{1,7})(mb|gb)?$/i.exec(text)
  if (match === null) {
    throw new InvalidArgumentError('It is a whole number of megabytes (512, 512mb, 4gb), or 0.')
  }
  return Number(match[1]) * (match[2]?.toLowerCase() === 'gb' ? 1024 : 1)
}
