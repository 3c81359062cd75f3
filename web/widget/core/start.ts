import type { Desk } from '../desk'
export interface Core {
  load(name: string): Promise<void>
}
export function start(_desk: Desk): Core {
  return { load: async () => {} }
}
