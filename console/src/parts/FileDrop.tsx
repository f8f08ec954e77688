import { type DragEvent, useState } from 'react'

interface Props {
  label: string
  hint?: string
  /** As of an input: `.xlsx,.csv`. */
  accept: string
  /** Whether several files may come at once; each is given to `onFile`. */
  multiple?: boolean
  disabled?: boolean
  onFile: (file: File) => void
}

/** A place for a file: drop it here, or press it to choose one. */
export function FileDrop({ label, hint, accept, multiple = false, disabled = false, onFile }: Props) {
  const [over, setOver] = useState(false)
  function take(files: FileList | null) {
    for (const file of [...(files ?? [])].slice(0, multiple ? undefined : 1)) onFile(file)
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    if (!disabled) take(event.dataTransfer.files)
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
          multiple={multiple}
          disabled={disabled}
          onChange={(event) => {
            take(event.target.files)
            event.target.value = ''
          }}
        />
      </label>
      {hint ? <small className="quiet">{hint}</small> : null}
    </div>
  )
}
