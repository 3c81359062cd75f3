// Options to begin with, for the commands that want some.

/** @type {Record<string, object>} */
export const SAMPLES = {
  'App.setLanguage': { lang: 'de' },
  'App.setTheme': { theme: 'light' },
  'App.registerAutoLoad': { name: 'WebChat' },
  'App.updateAJAXHeader': { header: { Authorization: 'Bearer example' } },
  'Toaster.open': { type: 'generic', title: 'Good news', body: 'Your parcel is on its way.', controls: 'close' },
  'WebChat.open': { form: { firstname: 'Ada', lastname: 'Lovelace' }, userData: { plan: 'gold' } },
  'WebChat.minimize': { minimized: true },
  'WebChat.injectMessage': { type: 'text', name: 'Shop', text: 'Your basket is still here.' },
  'WebChat.showOverlay': { html: '<p id="cx_chat_information">One moment, please.</p>' },
  'WebChat.showChatButton': { openDelay: 0 },
  'WebChatService.startChat': { nickname: 'Ada', subject: 'A question', userData: { plan: 'gold' } },
  'WebChatService.sendMessage': { message: 'Hello!' },
  'WebChatService.sendTyping': { message: 'Hel' },
  'WebChatService.sendCustomNotice': { message: 'basket changed' },
  'WebChatService.updateUserData': { basket: '3 ferns' },
  'Watchman.countdown': { time: 5 },
}
