/** The tokens that the stack hands out. */
import { verify } from 'jsonwebtoken'
import { jwtEnvironment, jwtSettings, signToken } from './credentials'

describe('the credentials', () => {
  it('sign tokens that end within a day and carry what the gateway asks for', () => {
    const jwt = jwtSettings({})
    const { issuer, audience } = jwt
    const claims = verify(signToken(jwt, 'agent', 'tasks:write'), jwt.secret, {
      issuer,
      audience,
      algorithms: ['HS256'],
    })
    expect(claims).toMatchObject({ sub: 'agent', scope: 'tasks:write' })
    const { exp = 0, iat = 0 } = claims as { exp?: number; iat?: number }
    expect(exp - iat).toBeLessThanOrEqual(24 * 3600)
  })

  it('have a key of their own, unless one is given or kept', () => {
    expect(jwtSettings({}).secret).not.toBe(jwtSettings({}).secret)
    expect(jwtSettings({}, 'kept').secret).toBe('kept')
    expect(jwtSettings({ JWT_SECRET: 'given', JWT_ISSUER: 'me' }, 'kept')).toMatchObject({
      secret: 'given',
      issuer: 'me',
    })
  })

  it('leave the gateway one source of keys', () => {
    expect(jwtEnvironment(jwtSettings({}))).toMatchObject({
      JWT_PUBLIC_KEY: undefined,
      JWT_JWKS_URL: undefined,
    })
  })
})
