import { type DragEvent, useState } from 'react'

interface Props {
  label: string
  hint?: string
  /** As of an input: `.xlsx,.csv`. */
  accept: string
  disabled?: boolean
  onFile: (file: File) => void
}

/** A place for a file: drop it here, or press it to choose one. */
export function FileDrop({ label, hint, accept, disabled = false, onFile }: Props) {
  const [over, setOver] = useState(false)
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file && !disabled) onFile(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: to drop a file is a way beside the input in it
    <div
      className={over ? 'file-drop over' : 'file-drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label className="file-button">
        {label}
        <input
          type="file"
          accept={accept}
          disabled={disabled}
          onChange={(event) => {
            const file = event.target.files?.[0]
            event.target.value = ''
            if (file) onFile(file)
          }}
        />
      </label>
      {hint ? <small className="quiet">{hint}</small> : null}
    </div>
  )
}
