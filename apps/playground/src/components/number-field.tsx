import { useId, useState } from "preact/hooks";

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Whole numbers only; default true. */
  readonly whole?: boolean;
  readonly onChange: (value: number) => void;
}

/** A number that is typed; what is out of range is said, and not taken. */
export function NumberField({ label, value, low, high, whole = true, onChange }: NumberFieldProps) {
  const id = useId();
  const [problem, setProblem] = useState(false);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={low}
        max={high}
        step={whole ? 1 : "any"}
        value={value}
        aria-invalid={problem}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={({ currentTarget }) => {
          const typed = currentTarget.valueAsNumber;
          const fine = typed >= low && typed <= high && (!whole || Number.isInteger(typed));
          setProblem(!fine);
          if (fine) onChange(typed);
        }}
      />
      {problem && (
        <span id={`${id}-problem`} class="problem-text" role="alert">
          {whole ? "A whole number" : "A number"} from {low} to {high}.
        </span>
      )}
    </div>
  );
}
