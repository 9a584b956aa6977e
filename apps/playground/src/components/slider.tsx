import { useId } from "preact/hooks";

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Default 1. */
  readonly step?: number;
  readonly disabled?: boolean;
  /** What is shown of the value, and read out; default: the number. */
  readonly show?: (value: number) => string;
  readonly onChange: (value: number) => void;
}

/** A number of a range, with its label and its value. */
export function Slider(props: SliderProps) {
  const { label, value, low, high, step = 1, disabled, show = String, onChange } = props;
  const id = useId();
  return (
    <div class="field slider">
      <label for={id}>{label}</label>
      <output for={id}>{show(value)}</output>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={show(value)}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
