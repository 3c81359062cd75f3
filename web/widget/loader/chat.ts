// The Chat Service API for pages without modules: `<script src="…/widget/chat.js" data-export="chat">` puts it into the
// global of that name; without a name, into `frontdeskChat`.

import { chat } from '../chatservice/chat'

const { export: name } = (document.currentScript as HTMLScriptElement | null)?.dataset ?? {}
Object.assign(window, { [name || 'frontdeskChat']: chat })
