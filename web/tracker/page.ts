// The page as an event tells of it: section 3.1. Read when it happens; cleaned when it is sent.

import type { Tracking } from './types'
import { cleanUrl, searchQuery } from './urls'

/** Where something happened. */
export interface Place {
  readonly url: string
  readonly title: string
  readonly referrer: string
}

const meta = () => document.querySelector<HTMLMetaElement>('meta[name=keywords i]')?.content

/** How events tell of a place. */
export function described({ url, title, referrer }: Place, tracking: Tracking): object {
  return {
    page: {
      url: cleanUrl(url, tracking),
      title,
      lang: document.documentElement.lang,
      keywords: meta(),
    },
    referrerUrl: cleanUrl(referrer, tracking),
    searchQuery: searchQuery(url, tracking),
    browser: { lang: navigator.language, viewWidth: innerWidth, viewHeight: innerHeight },
    device: { screenWidth: screen.width, screenHeight: screen.height, screenDensity: devicePixelRatio },
  }
}
