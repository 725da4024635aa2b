'use strict'
/**
 * Bytes to and from the Runtime API: over the socket that the process was started with, or over TCP.
 *
 * `node:net` with its first socket takes 4 ms of a start of 40, and many functions never load it. So the socket that is
 * there already is opened by what `node:net` itself is made of. That is an internal of Node.js: where it is not to be
 * had (`--permission`, a version without it), or asking for it would warn (`--pending-deprecation`), `node:net` serves.
 * It does not know what the bytes mean. Invariant: `onClose` is called once, and no `onData` after it.
 * Called by runtime-client.cjs.
 */

const { fstatSync } = require('node:fs')

/**
 * @typedef {object} Connection
 * @property {(data: string | Uint8Array[], done?: () => void) => void} write in order, text as UTF-8, parts without
 *   copying; `done` when they have left the process. What waits to be written when the other end closes is lost
 * @property {() => void} ref it keeps the process alive
 * @property {() => void} unref
 * @property {() => void} close
 * @property {number | undefined} fd
 *
 * @typedef {object} Options
 * @property {number | undefined} fd a connected stream socket; undefined = TCP
 * @property {string} address `host:port`
 * @property {Uint8Array} buffer what is read lies here, until `onData` returns
 * @property {(length: number) => void} onData
 * @property {() => void} onClose by the other end, or because of an error
 */

/** @param {Options} options @returns {Connection} */
function connect(options) {
  const streams = options.fd === undefined ? undefined : streamsOfNode(options.fd)
  return streams === undefined ? new NetConnection(options) : new PipeConnection(options, streams)
}

/** Undefined where they are not to be had. */
function streamsOfNode(fd) {
  // With --pending-deprecation Node.js puts a function that warns before its own.
  const { binding } = process
  if (typeof binding !== 'function' || Object.getPrototypeOf(binding) !== Function.prototype)
    return undefined
  try {
    const { Pipe, constants } = process.binding('pipe_wrap')
    const { WriteWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } =
      process.binding('stream_wrap')
    const handle = new Pipe(constants.SOCKET)
    const isKnown =
      typeof WriteWrap === 'function' &&
      typeof streamBaseState?.[kReadBytesOrError] === 'number' &&
      typeof streamBaseState[kLastWriteWasAsync] === 'number' &&
      ['open', 'useUserBuffer', 'readStart', 'writeUtf8String', 'writev'].every(
        (name) => typeof handle[name] === 'function',
      )
    // What is no socket would end the process.
    if (!isKnown || !fstatSync(fd).isSocket() || handle.open(fd) < 0) return undefined
    return {
      handle,
      WriteWrap,
      bytesRead: () => streamBaseState[kReadBytesOrError],
      isWriting: () => streamBaseState[kLastWriteWasAsync] !== 0,
    }
  } catch {
    return undefined
  }
}

/** @implements {Connection} */
class PipeConnection {
  #handle
  #streams
  #onClose
  #isOpen = true
  /** Of a write, to be used by the next. */
  #request

  constructor({ fd, buffer, onData, onClose }, streams) {
    this.fd = fd
    this.#handle = streams.handle
    this.#streams = streams
    this.#onClose = onClose
    this.#handle.useUserBuffer(buffer)
    this.#handle.onread = () => {
      const length = streams.bytesRead()
      if (length > 0) onData(length)
      else if (length < 0) this.#end()
    }
    this.#handle.readStart()
  }

  write(data, done) {
    if (!this.#isOpen) return
    const { WriteWrap, isWriting } = this.#streams
    const request = this.#request ?? new WriteWrap()
    const failed =
      typeof data === 'string'
        ? this.#handle.writeUtf8String(request, data)
        : this.#handle.writev(request, data, true)
    // What has left at once, nearly everything, has not used its request.
    this.#request = failed === 0 && !isWriting() ? request : undefined
    if (failed !== 0) {
      this.#end()
    } else if (this.#request !== undefined) {
      if (done !== undefined) process.nextTick(done)
    } else {
      request.data = data
      request.oncomplete = (status) => {
        if (status < 0) this.#end()
        else done?.()
      }
    }
  }

  ref() {
    if (this.#isOpen) this.#handle.ref()
  }

  unref() {
    if (this.#isOpen) this.#handle.unref()
  }

  close() {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#handle.close()
  }

  #end() {
    if (!this.#isOpen) return
    this.close()
    process.nextTick(this.#onClose)
  }
}

/** @implements {Connection} */
class NetConnection {
  #socket

  constructor({ fd, address, buffer, onData, onClose }) {
    const net = require('node:net')
    const onread = {
      buffer,
      callback: (length) => {
        onData(length)
        return true
      },
    }
    const colon = address.lastIndexOf(':')
    const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))]
    const socket =
      fd === undefined
        ? net.connect({ onread, host, port, noDelay: true })
        : new net.Socket({ onread, fd, readable: true, writable: true })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) onClose()
    })
    this.#socket = socket
  }

  get fd() {
    return this.#socket?._handle?.fd
  }

  write(data, done) {
    const socket = this.#socket
    if (typeof data === 'string') {
      socket.write(data, 'utf8', done)
      return
    }
    socket.cork()
    const last = data.length - 1
    for (let i = 0; i < last; i++) socket.write(data[i])
    socket.write(data[last], done)
    socket.uncork()
  }

  ref() {
    this.#socket.ref()
  }

  unref() {
    this.#socket.unref()
  }

  close() {
    const socket = this.#socket
    this.#socket = undefined
    socket.destroy()
  }
}

module.exports = { connect }
