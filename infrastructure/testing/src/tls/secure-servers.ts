/** A native PostgreSQL and a native Kafka that speak TLS, with certificates made for one test. */
import { execFile } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, RunFolder, type StackProvider } from '@infinite-scribe/local-stack'
import { Client } from 'pg'
import { kafkaJars } from '../../../local-stack/src/native/kafka-jars'
import { javaCommand, type FurtherListener } from '../../../local-stack/src/native/native-kafka'
import { nativeProvider } from '../../../local-stack/src/native/native-provider'
import { createAuthority, type ServerCertificate } from './certificates'

export const SASL_USER = 'relay'
export const SASL_PASSWORD = 'a-password-for-the-broker'

export interface SecureServers {
  readonly provider: StackProvider
  /** PEM files: of the authority that signed, and of one that did not. */
  readonly trusted: string
  readonly stranger: string
  /** Brokers by host and port: over TLS, over TLS with SASL, and with a certificate for another host. */
  readonly brokers: { readonly tls: string; readonly sasl: string; readonly misnamed: string }
  /** PostgreSQL's certificate from now on, for new connections. */
  showCertificateFor(host: string): Promise<void>
  close(): Promise<void>
}

/** Both servers, which sign with one authority; clients over the network must use TLS with PostgreSQL. */
export async function startSecureServers(): Promise<SecureServers> {
  const folder = mkdtempSync(join(tmpdir(), 'infinite-scribe-tls-'))
  const write = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text, { mode: 0o644 })
    return file
  }
  const authority = createAuthority('authority')
  const trusted = write('trusted.pem', authority.certificate)
  const stranger = write('stranger.pem', createAuthority('another authority').certificate)
  const keystore = (name: string, { key, certificate }: ServerCertificate) => ({
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': write(name, key + certificate),
  })
  const own = keystore('kafka.pem', authority.issue('localhost', '127.0.0.1'))
  const ports = { tls: await freePort(), sasl: await freePort(), misnamed: await freePort() }
  const listeners: FurtherListener[] = [
    { name: 'TLS', protocol: 'SSL', port: ports.tls, settings: own },
    { name: 'SASL', protocol: 'SASL_SSL', port: ports.sasl, settings: { ...own, ...SASL_SETTINGS } },
    {
      name: 'MISNAMED',
      protocol: 'SSL',
      port: ports.misnamed,
      settings: keystore('misnamed.pem', authority.issue('kafka.example')),
    },
  ]
  const run = await RunFolder.open(join(folder, 'runs'), 'tls')
  const provider = nativeProvider(run, listeners)
  const close = async () => {
    await provider.close()
    run.release()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await provider.start()
    const showCertificateFor = (host: string) => useTls(provider.postgres.adminUrl, authority.issue(host))
    await showCertificateFor('localhost')
    await addScramUser(provider.kafka.brokers, run.logFile('scram'))
    return {
      provider,
      trusted,
      stranger,
      brokers: {
        tls: `localhost:${ports.tls}`,
        sasl: `localhost:${ports.sasl}`,
        misnamed: `localhost:${ports.misnamed}`,
      },
      showCertificateFor,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const SASL_SETTINGS = {
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
  'plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${SASL_USER}="${SASL_PASSWORD}";`,
  'scram-sha-256.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
}

/** By Kafka's own tool, which kafkajs is no match for here: a mechanism a call, for the broker takes one at a time. */
async function addScramUser(brokers: string, logFile: string): Promise<void> {
  const libs = await kafkaJars(logFile, AbortSignal.timeout(60_000))
  const add = (mechanism: string) =>
    promisify(execFile)(
      javaCommand(),
      [
        ...['-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'],
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        ...['-cp', join(libs, '*'), 'kafka.admin.ConfigCommand', '--bootstrap-server', brokers, '--alter'],
        ...['--entity-type', 'users', '--entity-name', SASL_USER],
        ...['--add-config', `${mechanism}=[password=${SASL_PASSWORD}]`],
      ],
      { timeout: 60_000 },
    )
  await Promise.all(['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(add))
}

/** Gives the server a certificate, and turns TLS on, without a restart. Passwords in clear are refused from then on. */
async function useTls(adminUrl: string, { key, certificate }: ServerCertificate): Promise<void> {
  const admin = new Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    const { rows } = await admin.query<{ data_directory: string }>('SHOW data_directory')
    const data = rows[0]?.data_directory ?? ''
    const { uid, gid } = statSync(data)
    for (const [name, text] of [
      ['server.key', key],
      ['server.crt', certificate],
    ] as const) {
      const file = join(data, name)
      writeFileSync(file, text, { mode: 0o600 })
      if (process.getuid?.() === 0) chownSync(file, uid, gid)
    }
    const rules = join(data, 'pg_hba.conf')
    const theirs = `host all ${ADMIN} 127.0.0.1/32 scram-sha-256\nhostssl all all all scram-sha-256\n`
    if (readFileSync(rules, 'utf8') !== theirs) writeFileSync(rules, theirs)
    await admin.query('ALTER SYSTEM SET ssl = on')
    await admin.query('SELECT pg_reload_conf()')
  } finally {
    await admin.end()
  }
}

/** The administrator of the native provider, who makes the databases of the test. */
const ADMIN = 'postgres'
