// The questions before an offered chat, as a form of the widget: section 8.1.

import type { Question } from '../../types'

const FIELDS: Record<string, string> = {
  givenName: 'firstname',
  familyName: 'lastname',
  email: 'email',
  phone: 'phone',
  gender: 'gender',
  companyName: 'company',
}
const COMPLETED: Record<string, string> = {
  givenName: 'given-name',
  familyName: 'family-name',
  email: 'email',
  phone: 'tel',
  gender: 'sex',
  companyName: 'organization',
}

/** What `WebChat.open` is told of the questions; nothing where there are none, so that the page's own form comes. */
export function formOf(questions: readonly Question[] = []): { formJSON?: object } {
  if (!questions.length) return {}
  const inputs = questions.map(
    ({ label, type = 'text', choices, isMandatory, customerProperty = '' }, place) => ({
      id: `journey-question-${place}`,
      name: FIELDS[customerProperty] ?? label,
      ...(type === 'hidden' ? {} : { label }),
      type,
      maxlength: 500,
      autocomplete: COMPLETED[customerProperty] ?? 'off',
      ...(isMandatory && {
        required: true,
        // The widget hands us what jQuery would: the field is the third.
        validate: (_event: unknown, _row: unknown, field: ArrayLike<HTMLInputElement>) => {
          const [node] = Array.from(field)
          return !!(node?.type === 'checkbox' ? node.checked : node?.value.trim())
        },
      }),
      ...(choices?.length && {
        options: [
          ...(isMandatory ? [{ text: '', value: '' }] : []),
          ...choices.map((text) => ({ text, value: text })),
        ],
      }),
    }),
  )
  return { formJSON: { inputs } }
}
