// Uploads with progress, which `fetch` cannot tell.

/**
 * @param {string} url
 * @param {FormData} form
 * @param {(part: number) => void} onProgress from 0 to 1
 * @returns {{done: Promise<{status: number, body: any, retryAfterS: number}>, abort: () => void}} `status` is 0 when
 *   there was no answer
 */
export function upload(url, form, onProgress) {
  const xhr = new XMLHttpRequest()
  const done = new Promise((resolve) => {
    const finish = () => {
      let body = {}
      try {
        body = JSON.parse(xhr.responseText || '{}')
      } catch {
        // An answer that is not ours (a proxy's page) has a status and nothing more to say.
      }
      resolve({ status: xhr.status, body, retryAfterS: xhr.status ? Number(xhr.getResponseHeader('Retry-After')) || 0 : 0 })
    }
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    xhr.onload = finish
    xhr.onerror = finish
    xhr.onabort = finish
    xhr.ontimeout = finish
  })
  xhr.open('POST', url)
  xhr.send(form)
  return { done, abort: () => xhr.abort() }
}
