'use strict'
/**
 * Where functions find the packages of their layers and those that the runtime brings along, as on AWS: after their own,
 * where NODE_PATH says.
 *
 * AWS's Node.js is patched to search NODE_PATH for `import`, too; Node.js itself does so for `require` alone. In a
 * sandbox there are therefore links to those packages in /var/node_modules (of layers) and in /node_modules (of the
 * runtime), the last places where `import` looks. That costs nothing, unlike hooks (17 us for each module, found or
 * not) or a thread of them, the only ones of Node.js 20.
 * Called once, by bootstrap.cjs. Read next: README.md, "What it brings along".
 */
const Module = require('node:module')
const path = require('node:path')
const { pathToFileURL } = require('node:url')

const IMPORT_ONLY = ['/var/node_modules', '/node_modules']

function setModulePaths() {
  // Or what the runtime brings would come before the layers, which NODE_PATH names first.
  const { _nodeModulePaths } = Module
  Module._nodeModulePaths = (from) =>
    _nodeModulePaths(from).filter((folder) => !IMPORT_ONLY.includes(folder))
  // A process without a sandbox has no /node_modules of ours.
  if (process.env.LAMBDA_RUNTIME_DIR !== '/var/runtime') searchNodePath()
}

/** Node.js 20 has no such hooks: there `import` finds only what the function brings. */
function searchNodePath() {
  const importers = (process.env.NODE_PATH ?? '')
    .split(':')
    .filter((folder) => path.basename(folder) === 'node_modules')
    .map((folder) => pathToFileURL(path.join(path.dirname(folder), 'importer')).href)
  Module.registerHooks?.({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!isMissing(error) || !isPackage(specifier)) throw error
        for (const parentURL of importers) {
          try {
            return next(specifier, { ...context, parentURL })
          } catch (again) {
            if (!isMissing(again)) throw again
          }
        }
        throw error
      }
    },
  })
}

/** Of `import`; `require` has searched NODE_PATH by then. */
function isMissing(error) {
  return error.code === 'ERR_MODULE_NOT_FOUND'
}

/** Neither a path, a URL, nor a name of the importing package's own. */
function isPackage(specifier) {
  return !/^(?:[./#]|[a-z][a-z\d+.-]*:)/i.test(specifier)
}

module.exports = { setModulePaths }
