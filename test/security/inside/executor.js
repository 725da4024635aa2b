/**
 * The handler of the functions that attack: runs what the event brings, in the language it names, and tells what came
 * of it. It judges nothing; the attempts do. Deployed as index.js by ../arena.ts.
 */
'use strict'
const { spawn } = require('node:child_process')

const AsyncFunction = (async () => undefined).constructor
/** Of each stream: what attempts show is short, what floods write is not wanted. */
const shownCharsMax = 64 * 1024

exports.handler = async ({ node, python, sh, args = [] }) => {
  if (node !== undefined) return await new AsyncFunction('require', 'args', node)(require, args)
  if (python !== undefined) return await run('/usr/bin/python3', ['-c', python, ...args])
  return await run('/bin/sh', ['-c', sh, 'sh', ...args])
}

function run(program, words) {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined).end()
  const shown = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].on('data', (chunk) => {
      if (shown[name].length < shownCharsMax) shown[name] += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, ...shown }))
  })
}
