/** What every process of a measurement starts from: nothing of the caller's own settings reaches what is measured. */
export const bareEnvironment = (): Record<string, string> => ({ PATH: process.env.PATH ?? '' })
