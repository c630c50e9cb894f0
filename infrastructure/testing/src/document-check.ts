/** Holds every answer that a test gets to the gateway's own OpenAPI document. */
import Ajv, { type ValidateFunction } from 'ajv/dist/2020'
import addFormats from 'ajv-formats'

export interface RealAnswer {
  readonly method: string
  /** With or without a query. */
  readonly path: string
  readonly status: number
  readonly headers: Headers
  /** As it was sent. */
  readonly text: string
}

interface DocumentedAnswer {
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>
  readonly content?: Readonly<Record<string, object>>
}

interface Operation {
  readonly responses: Readonly<Record<string, DocumentedAnswer>>
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly headers: Readonly<Record<string, { readonly required?: boolean }>>
    readonly responses: Readonly<Record<string, DocumentedAnswer>>
  }
}

const DOCUMENT = 'document'
const METHOD_WITHOUT_BODY = 'HEAD'
/** The answers to paths and methods that the document does not have. */
const STATUS_OF_ANY_ROUTE = { NOT_FOUND: 404, METHOD_NOT_ALLOWED: 405, OPTIONS: 204 } as const

/** Checks answers against one document. */
export class DocumentCheck {
  private readonly ajv = addFormats(new Ajv({ strict: false, allErrors: true }))
  private readonly checks = new Map<string, ValidateFunction>()
  private readonly routes: readonly { pattern: RegExp; path: string }[]

  constructor(private readonly document: OpenApi) {
    this.ajv.addSchema(document, DOCUMENT)
    this.routes = Object.keys(document.paths).map((path) => ({
      path,
      pattern: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
    }))
  }

  /** @throws when the document does not say that the request may be answered like this. */
  check(answer: RealAnswer): void {
    const said = `${answer.method} ${answer.path} answered ${answer.status}`
    const { documented, pointer } = this.find(answer)
    if (!documented) throw new Error(`${said}, which is not documented: ${answer.text}`)
    for (const [name, { $ref }] of Object.entries(documented.headers ?? {})) {
      const { required } = this.document.components.headers[$ref.split('/').at(-1) ?? ''] ?? {}
      if (required && !answer.headers.has(name)) throw new Error(`${said} without the header ${name}`)
    }
    if (answer.method === METHOD_WITHOUT_BODY || (!documented.content && answer.text === '')) return
    const type = (answer.headers.get('content-type') ?? '').replace(/;.*/, '')
    if (!documented.content?.[type]) throw new Error(`${said} with the undocumented type "${type}"`)
    const body: unknown = type === 'application/json' ? JSON.parse(answer.text) : answer.text
    const check = this.checkOf(`${pointer}/content/${escape(type)}/schema`)
    if (!check(body)) throw new Error(`${said} with ${answer.text}: ${this.ajv.errorsText(check.errors)}`)
  }

  private find({ method, path, status }: RealAnswer): { documented?: DocumentedAnswer; pointer: string } {
    const [route] = path.split('?')
    // The more particular path first: no id stands in it where the other has one.
    const known = this.routes
      .filter(({ pattern }) => pattern.test(route ?? ''))
      .sort((one, other) => idsIn(one.path) - idsIn(other.path))[0]
    const verb = method === METHOD_WITHOUT_BODY ? 'get' : method.toLowerCase()
    const operation = known && this.document.paths[known.path]?.[verb]
    if (known && operation) {
      const pointer = `/paths/${escape(known.path)}/${verb}/responses/${status}`
      return { ...present(operation.responses[status]), pointer }
    }
    const name = !known ? 'NOT_FOUND' : verb === 'options' ? 'OPTIONS' : 'METHOD_NOT_ALLOWED'
    const documented =
      STATUS_OF_ANY_ROUTE[name] === status ? this.document.components.responses[name] : undefined
    return { ...present(documented), pointer: `/components/responses/${name}` }
  }

  private checkOf(pointer: string): ValidateFunction {
    const known = this.checks.get(pointer)
    if (known) return known
    const check = this.ajv.compile({ $ref: `${DOCUMENT}#${encodeURI(pointer)}` })
    this.checks.set(pointer, check)
    return check
  }
}

const idsIn = (path: string): number => path.split('{').length
const escape = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1')
const present = (documented: DocumentedAnswer | undefined) => (documented ? { documented } : {})

let loaded: Promise<DocumentCheck> | undefined

/** The check of the document that the gateway at `url` serves; all gateways of a test file serve the same. */
export async function documentCheckOf(url: string): Promise<DocumentCheck> {
  loaded ??= load(url)
  try {
    return await loaded
  } catch (error) {
    loaded = undefined
    throw error
  }
}

async function load(url: string): Promise<DocumentCheck> {
  const response = await fetch(`${url}/openapi.json`)
  if (!response.ok) throw new Error(`/openapi.json answered ${response.status}`)
  return new DocumentCheck((await response.json()) as OpenApi)
}
