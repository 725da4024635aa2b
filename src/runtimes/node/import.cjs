'use strict'
/**
 * `import()` for the other files. Packed, it is the one of bootstrap.cjs (pack.mjs): code that is compiled ahead has none
 * of its own. Specifiers are URLs or names of Node's modules, so that it does not matter from where they are asked for.
 */
module.exports = (specifier) => import(specifier)
