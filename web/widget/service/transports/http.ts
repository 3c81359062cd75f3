// One HTTP request, by `XMLHttpRequest`: the one way to know how far an upload is.

/** What is sent, and how. */
export interface Sending {
  readonly url: string
  /** `POST` unless it is said. */
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: XMLHttpRequestBodyInit
  /** 0 is no bound. */
  readonly timeoutMs: number
  /** Whether cookies of the server's site go along. */
  readonly keepsCookies: boolean
  /** Whether the answer is a file's bytes. */
  readonly isFile?: boolean | undefined
  /** Called before the request goes out. */
  readonly prepare?: ((request: XMLHttpRequest) => void) | undefined
}

/** What came back from the network; status 0 when nothing did, with the reason as `statusText`. */
export interface Reply {
  readonly status: number
  readonly statusText: string
  readonly text: string
  readonly retryAfter: string | undefined
  /** Whether the server says that it has a socket for visitors, as we know it. */
  readonly hasSocket?: boolean
  readonly content?: Blob
}

/** Send a request; it never rejects. */
export const exchange = (sending: Sending): Promise<Reply> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    const { url, method = 'POST', headers, body, timeoutMs, keepsCookies, isFile, prepare } = sending
    const fail = (why: string) => resolve({ status: 0, statusText: why, text: '', retryAfter: undefined })
    request.onerror = request.ontimeout = request.onabort = ({ type }) => fail(type)
    request.onload = async () => {
      const { status, statusText, response } = request
      // Asking for one header that is not shown to us would be an error in the console.
      const headers = request.getAllResponseHeaders()
      const retryAfter = /^retry-after: *(.+)$/im.exec(headers)?.[1]
      const hasSocket = /frontdesk-socket: 1\b/i.test(headers)
      const reply = { status, statusText, text: '', retryAfter, hasSocket }
      if (isFile && status >= 200 && status < 300) resolve({ ...reply, content: response })
      else resolve({ ...reply, text: isFile ? await response.text() : response })
    }
    try {
      request.open(method, url)
      request.timeout = timeoutMs
      request.withCredentials = keepsCookies
      if (isFile) request.responseType = 'blob'
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
      prepare?.(request)
      request.send(body)
    } catch (error) {
      fail(`${error}`) // An address or a header that is none.
    }
  })

/** Tell how an upload goes on, and let it be given up. */
export function uploading(
  request: XMLHttpRequest,
  onProgress?: (sentBytes: number, allBytes: number) => void,
  signal?: AbortSignal,
): void {
  if (onProgress) request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total)
  signal?.addEventListener('abort', () => request.abort())
  if (signal?.aborted) queueMicrotask(() => request.abort()) // Once it has been sent.
}
