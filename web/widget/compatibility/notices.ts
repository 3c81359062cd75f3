// The Common library: alerts and signs of waiting.

import { button, element } from '../core/nodes'

export function createNotices($: JQueryStatic) {
  const mark = (cssClass: string, isOn: boolean) => (node: unknown) =>
    $(node as HTMLElement).toggleClass(cssClass, isOn)
  return {
    showLoading: mark('cx-loading', true),
    hideLoading: mark('cx-loading', false),
    showWaiting: mark('cx-waiting', true),
    hideWaiting: mark('cx-waiting', false),
    /** An alert in a container, which goes when its button is used. */
    showAlert(
      container: unknown,
      { text = '', buttonText = 'OK' }: { text?: string; buttonText?: string } = {},
    ) {
      const alert = element('div', 'cx-alert cx-general', element('p', 'cx-message-text', text))
      alert.role = 'alertdialog'
      alert.append(button('cx-btn cx-btn-primary cx-error-button', buttonText, () => alert.remove()))
      $(container as HTMLElement).append(alert)
      return $(alert)
    },
  }
}
