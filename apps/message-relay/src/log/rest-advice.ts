/** What an operator is to do about events that no broker answers for. */

/** With more of them at once a broker that hangs is likelier than so many events that are to blame. */
const FEW = 3

/** @param resting how many of them rest between their tries */
export function restAdvice(resting: number): string {
  return resting > FEW
    ? 'no broker answers for several events that are sent alone, though others go out: look at the brokers first (runbook circuit-open)'
    : 'no broker answers for an event that is sent alone, though others go out: mend it or drop it (runbook circuit-open)'
}
