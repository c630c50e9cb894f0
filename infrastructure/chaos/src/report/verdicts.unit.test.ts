import type { Verdict } from '../invariants/check-invariants'
import { renderVerdicts } from './verdicts'

const verdict = (id: Verdict['id'], more: Partial<Verdict> = {}): Verdict => ({
  id,
  title: 'all is well',
  judged: 3,
  violations: [],
  ...more,
})
const lines = (...verdicts: Verdict[]) => renderVerdicts(verdicts).trimEnd().split('\n')
const finding = { what: 'lost', count: 1, rows: [{ outbox_id: 'o' }] }

describe('the verdicts', () => {
  it('end with how many held, and count none that had nothing to judge', () => {
    const text = lines(verdict('I1', { judged: 0 }), verdict('I2'), verdict('I3', { violations: [finding] }))
    expect(text[0]).toMatch(/^I1 +nothing to judge +all is well$/)
    expect(text[1]).toMatch(/^I2 +holds +all is well \(judged: 3\)$/)
    expect(text.at(-1)).toBe('1 invariant held, 1 broken, 1 had nothing to judge')
  })

  it('show the rows of what is broken, where nothing was counted too', () => {
    const text = lines(verdict('I3', { judged: 0, violations: [finding] }))
    expect(text[0]).toMatch(/^I3 +BROKEN /)
    expect(text.slice(1, -1)).toEqual(['      1 × lost', '        {"outbox_id":"o"}'])
    expect(text.at(-1)).toBe('0 invariants held, 1 broken')
  })

  it('show a note, and let the invariant hold', () => {
    const text = lines(verdict('I3', { notes: [finding] }), verdict('I4'))
    expect(text[0]).toMatch(/^I3 +holds /)
    expect(text[1]).toBe('      note: 1 × lost')
    expect(text.at(-1)).toBe('2 invariants held, 0 broken')
  })
})
