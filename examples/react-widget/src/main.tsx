import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Shop } from './shop'

const { VITE_CHAT } = (import.meta as unknown as { env: Record<string, string> }).env
const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <Shop {...(VITE_CHAT ? { server: VITE_CHAT } : {})} />
    </StrictMode>,
  )
