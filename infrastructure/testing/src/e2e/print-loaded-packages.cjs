/** Loaded before a service: prints which packages it has loaded when it ends. */
const { writeSync } = require('node:fs')

process.on('exit', () => {
  const packages = Object.keys(require.cache).map(
    (file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? 'our own',
  )
  writeSync(2, `loaded: ${[...new Set(packages)].sort().join(' ')}\n`)
})
