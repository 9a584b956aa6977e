import { useId } from "preact/hooks";

export interface SelectOption<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly disabled?: boolean;
}

interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly SelectOption<T>[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

/** A choice of one, with its label. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, options, onChange, disabled } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.title}
          </option>
        ))}
      </select>
    </div>
  );
}
