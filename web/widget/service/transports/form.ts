// `application/x-www-form-urlencoded` with nested values in brackets: chat-api-v2, section 2.2.

type Field = [name: string, text: string]

/** A value under `name`: `userData[a]=1`, `userData[list][]=1`; nothing is the empty text. */
function fieldsOf(name: string, value: unknown): Field[] {
  if (typeof value !== 'object' || value === null)
    return [[name, value === undefined || value === null ? '' : `${value}`]]
  return Object.entries(value).flatMap(([key, item]) =>
    fieldsOf(`${name}[${Array.isArray(value) ? '' : key}]`, item),
  )
}

/** The body of a request. */
export const encodeForm = (fields: object): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => fieldsOf(name, value)))
