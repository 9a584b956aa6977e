import { useRef } from "preact/hooks";

interface FileButtonProps {
  readonly title: string;
  /** Of the field behind the button. */
  readonly label: string;
  /** Endings and types, as the HTML attribute takes them. */
  readonly accept: string;
  readonly onFile: (file: File) => void;
}

/** A button that asks for a file. */
export function FileButton({ title, label, accept, onFile }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {title}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) onFile(file);
          // The same file, mended, must count as a change.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
