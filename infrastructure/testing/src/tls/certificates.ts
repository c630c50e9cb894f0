/** Certificate authorities and server certificates that a test makes for itself. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { md, pki } from 'node-forge'

export interface ServerCertificate {
  /** PEM, PKCS #8. */
  readonly key: string
  /** PEM. */
  readonly certificate: string
}

export interface Authority {
  /** PEM: what a client is told to trust. */
  readonly certificate: string
  /** A certificate for a server that goes by these DNS names or addresses. */
  issue(...hosts: [string, ...string[]]): ServerCertificate
}

const DAY_MS = 24 * 60 * 60_000

/** An authority of its own; a client that trusts another one of the same name does not trust it. */
export function createAuthority(name: string): Authority {
  const subject = [{ name: 'commonName', value: name }]
  const { key, publicKey } = newKey()
  const root = blank(publicKey)
  root.setSubject(subject)
  root.setIssuer(subject)
  root.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ])
  root.sign(key, md.sha256.create())
  return {
    certificate: pki.certificateToPem(root),
    issue: (...hosts) => {
      const own = newKey()
      const certificate = blank(own.publicKey)
      certificate.setSubject([{ name: 'commonName', value: hosts[0] }])
      certificate.setIssuer(subject)
      certificate.setExtensions([
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: hosts.map((host) => (isIP(host) ? { type: 7, ip: host } : { type: 2, value: host })),
        },
      ])
      certificate.sign(key, md.sha256.create())
      return { key: own.pem, certificate: pki.certificateToPem(certificate) }
    },
  }
}

/** Node makes the key, for it does so in a fiftieth of the time. */
function newKey() {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return {
    key: pki.privateKeyFromPem(pair.privateKey),
    publicKey: pki.publicKeyFromPem(pair.publicKey),
    pem: pair.privateKey,
  }
}

function blank(publicKey: pki.PublicKey): pki.Certificate {
  const certificate = pki.createCertificate()
  certificate.publicKey = publicKey
  // Positive, as a serial number must be.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS)
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS)
  return certificate
}
