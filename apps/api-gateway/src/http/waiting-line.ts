/** A line in which groups stand: who joins a group stands where its first stands. */

/** What a request shares its place with; a symbol is a group of one. */
export type GroupKey = string | symbol

export class WaitingLine<Member extends { readonly group: GroupKey }> {
  private readonly groups = new Map<GroupKey, Set<Member>>()
  private count = 0

  /** In groups. */
  get length(): number {
    return this.groups.size
  }

  get members(): number {
    return this.count
  }

  join(member: Member): void {
    const group = this.groups.get(member.group)
    if (group) group.add(member)
    else this.groups.set(member.group, new Set([member]))
    this.count++
  }

  /** False for one who does not stand in the line. */
  leave(member: Member): boolean {
    const group = this.groups.get(member.group)
    if (!group?.delete(member)) return false
    if (group.size === 0) this.groups.delete(member.group)
    this.count--
    return true
  }

  /** The group that came first. */
  takeFirst(): Member[] {
    for (const key of this.groups.keys()) return this.take(key)
    return []
  }

  /** All but the `length` groups that came first. */
  takeBeyond(length: number): Member[] {
    if (this.groups.size <= length) return []
    return [...this.groups.keys()].slice(length).flatMap((key) => this.take(key))
  }

  private take(key: GroupKey): Member[] {
    const members = [...(this.groups.get(key) ?? [])]
    this.groups.delete(key)
    this.count -= members.length
    return members
  }
}
