import { nameOtherPort } from './kafka-metadata'

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff])
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const text = (value: string) => Buffer.concat([int16(value.length), Buffer.from(value)])
const compactText = (value: string) => Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)])
const noText = int16(-1)
const noTags = Buffer.from([0])
const framed = (...parts: Buffer[]) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([int32(body.length), body])
}
const rest = Buffer.from('the rest stays as it was')

describe('a Metadata response', () => {
  it('names the other port for every broker in a version of old', () => {
    const response = (port: number) =>
      framed(
        int32(5),
        int32(0),
        int32(2),
        ...[1, 2].flatMap((id) => [int32(id), text('127.0.0.1'), int32(port), noText]),
        rest,
      )
    expect(nameOtherPort(response(9092), 6, 4711)).toEqual(response(4711))
  })

  it('does so in a flexible version', () => {
    const response = (port: number) =>
      framed(
        int32(5),
        noTags,
        int32(0),
        Buffer.from([2]),
        ...[
          int32(1),
          compactText('localhost'),
          int32(port),
          Buffer.from([0]),
          Buffer.from([1, 7, 2, 65, 66]),
        ],
        rest,
      )
    expect(nameOtherPort(response(9092), 12, 4711)).toEqual(response(4711))
  })

  it('has no rack in version 0', () => {
    const response = (port: number) => framed(int32(5), int32(1), int32(1), text('a'), int32(port), rest)
    expect(nameOtherPort(response(9092), 0, 4711)).toEqual(response(4711))
  })
})
