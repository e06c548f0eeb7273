/** A name for one send, the same however often it is tried. `randomUUID` is missing where the page came without TLS. */
export function clientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
