import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type ServerConfig, checkConfig } from './config.ts'

const config = (host: string, auth: ServerConfig['auth']): ServerConfig => ({
  host,
  port: 4566,
  dataDirectory: '/d',
  cacheDirectory: '/c',
  isolation: 'oci',
  ociRuntime: 'crun',
  cpu: 'shared',
  cpuIdle: 'sleep',
  runtimeFallback: true,
  network: 'none',
  memoryBudgetMb: 0,
  logStorageMb: 0,
  auth,
  logFormat: 'text',
  keyFile: undefined,
})

const here = ['127.0.0.1', '127.1.2.3', 'localhost', '::1']
const everywhere = [
  '0.0.0.0',
  '::',
  '',
  '10.0.0.1',
  'example.com',
  '127.0.0.1.example.com',
  'localhost.example.com',
  '127.example.com',
  '1127.0.0.1',
  '127.0.0.1 ',
  '::ffff:10.0.0.1',
]

it('lets nobody but this machine in without asking who is there', () => {
  for (const host of here) checkConfig(config(host, 'off'))
  for (const host of everywhere) {
    assert.throws(() => checkConfig(config(host, 'off')), { name: 'ConfigError' }, host)
  }
})

it('listens anywhere when it asks', () => {
  for (const host of [...here, ...everywhere]) checkConfig(config(host, 'on'))
})

it('says what to do', () => {
  assert.throws(
    () => checkConfig(config('0.0.0.0', 'off')),
    /--host 0\.0\.0\.0 .* Add --auth on, or listen on 127\.0\.0\.1/,
  )
})
