/** Two short tones made by the browser itself: no file, and nothing before the person has touched the page. */

let context: AudioContext | null = null

export function beep(high = false): void {
  if (typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume().catch(() => undefined)
  if (context.state !== 'running') return
  const start = context.currentTime
  for (const [index, pitch] of (high ? [784, 1047] : [659, 523]).entries()) tone(context, pitch, start + index * 0.14)
}

function tone(audio: AudioContext, pitch: number, at: number): void {
  const source = audio.createOscillator()
  const gain = audio.createGain()
  source.frequency.value = pitch
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(0.12, at + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.13)
  source.connect(gain).connect(audio.destination)
  source.start(at)
  source.stop(at + 0.14)
}
