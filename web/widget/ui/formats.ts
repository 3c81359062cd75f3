// Times and sizes as people read them.

const clocks: Record<string, Intl.DateTimeFormat> = {}

/** The time of day, in 12 or 24 hours, as people of a language write it. */
export function clock(ms: number, timeFormat: number, lang = 'en'): string {
  const key = `${lang}${timeFormat}`
  const hourCycle = timeFormat === 24 ? 'h23' : 'h12'
  const hour = timeFormat === 24 ? '2-digit' : 'numeric'
  clocks[key] ??= inLanguage(
    lang,
    (it) => new Intl.DateTimeFormat(it, { hour, minute: '2-digit', hourCycle }),
  )
  return clocks[key].format(ms)
}

/** What `make` gives for a language; sites call theirs whatever they like, also what no browser knows. */
export function inLanguage<T>(lang: string, make: (lang: string | undefined) => T): T {
  try {
    return make(lang.replace('_', '-'))
  } catch {
    return make(undefined)
  }
}

/** A size in bytes, for people. */
export function sizeOf(bytes: string | number): string {
  const size = Number(bytes)
  if (!(size > 0)) return ''
  const step = Math.min(Math.floor(Math.log2(size) / 10), 3)
  return `${Math.round((size / 1024 ** step) * 10) / 10} ${['B', 'KB', 'MB', 'GB'][step]}`
}
