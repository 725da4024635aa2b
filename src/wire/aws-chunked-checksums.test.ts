import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from '../../test/kit/fast-check.ts'

import { createChecksum } from './aws-chunked-checksums.ts'

function checksum(algorithm: string, ...pieces: readonly Uint8Array[]): string {
  const running = createChecksum(algorithm)
  assert.ok(running)
  for (const piece of pieces) running.update(piece)
  return running.digest()
}

// docs: check values over "123456789", catalogue of parametrised CRC algorithms; RFC 1321 and FIPS 180 for hashes.
const checkValues: Readonly<Record<string, string>> = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  md5: '25f9e794323b453885f5181f1b624d0b',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
  sha512:
    'd9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d4' +
    '99c95455b6b5bb503acf574fba8ffe85',
}

for (const [algorithm, hex] of Object.entries(checkValues)) {
  test(`${algorithm} has its check value`, () => {
    const value = checksum(algorithm, Buffer.from('123456789'))
    assert.equal(Buffer.from(value, 'base64').toString('hex'), hex)
  })
  test(`${algorithm} does not mind how the bytes come`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        assert.equal(checksum(algorithm, ...pieces), checksum(algorithm, Buffer.concat(pieces)))
      }),
    )
  })
}

test('knows no other', () => {
  for (const name of ['', 'crc16', 'xxhash64', 'constructor', '__proto__']) {
    assert.equal(createChecksum(name), undefined, name)
  }
})
