/** One file to the hub, with progress; `fetch` cannot tell how far it has come. */

import { heldCsrf } from './client'
import { Problem, unreachable, type ProblemBody } from './problem'
import type { Media } from './types'

export interface Upload {
  done: Promise<Media>
  cancel: () => void
}

function problemOf(request: XMLHttpRequest): Problem {
  try {
    return new Problem(request.status, JSON.parse(request.responseText) as ProblemBody)
  } catch {
    return new Problem(request.status, {})
  }
}

export function upload(file: File, progress: (share: number) => void): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<Media>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as Media)
      else reject(problemOf(request))
    }
    request.onerror = () => reject(unreachable())
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'))
  })
  const form = new FormData()
  form.append('file', file, file.name)
  request.open('POST', '/api/v1/uploads')
  request.setRequestHeader('X-CSRF-Token', heldCsrf())
  request.send(form)
  return { done, cancel: () => request.abort() }
}
