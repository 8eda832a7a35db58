import { Button, Popover, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useRange } from '../../api/url-state.js';
import {
  DEFAULT_RANGE,
  describeRange,
  RELATIVE_RANGES,
  resolveRange,
  type RelativeKey,
} from '../../format/range.js';
import { toLocalInput, zoneName } from '../../format/time.js';
import { ClockIcon, ZoomOutIcon } from '../icons.js';
import classes from './shell.module.css';

const KEYS = Object.keys(RELATIVE_RANGES) as RelativeKey[];

/** The time range of the whole page: presets, or from and to in the viewer's zone. */
export function RangePicker() {
  const [range, setRange] = useRange();
  const [opened, setOpened] = useState(false);
  const label = describeRange(range, Date.now());
  return (
    <>
      {range.kind === 'absolute' && (
        <Button
          variant="subtle"
          size="xs"
          leftSection={<ZoomOutIcon size={16} />}
          onClick={() => setRange({ kind: 'relative', key: DEFAULT_RANGE })}
        >
          Live
        </Button>
      )}
      <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
        <Popover.Target>
          <Button
            variant="default"
            size="sm"
            leftSection={<ClockIcon />}
            aria-label={`Time range: ${label}`}
            onClick={() => setOpened(!opened)}
          >
            {label}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Time range">
          <div className={classes['presets']}>
            {KEYS.map((key) => (
              <button
                key={key}
                type="button"
                className={classes['preset']}
                aria-pressed={range.kind === 'relative' && range.key === key}
                onClick={() => {
                  setRange({ kind: 'relative', key });
                  setOpened(false);
                }}
              >
                {RELATIVE_RANGES[key].label}
              </button>
            ))}
          </div>
          <CustomRange onDone={() => setOpened(false)} />
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

function CustomRange({ onDone }: { onDone: () => void }) {
  const [range, setRange] = useRange();
  const [problem, setProblem] = useState('');
  const shown = resolveRange(range, Date.now());
  function apply(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    // Without a zone, Date reads these as local time: the viewer's.
    const fromMs = Date.parse(String(form.get('from')));
    const toMs = Date.parse(String(form.get('to')));
    if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) setProblem('Give both times.');
    else if (toMs <= fromMs) setProblem('“To” must be after “From”.');
    else {
      setRange({ kind: 'absolute', fromMs, toMs });
      onDone();
    }
  }
  return (
    <form className={classes['custom']} onSubmit={apply}>
      <TextInput
        type="datetime-local"
        name="from"
        size="xs"
        label={`From (${zoneName()})`}
        defaultValue={toLocalInput(shown.fromMs)}
      />
      <TextInput
        type="datetime-local"
        name="to"
        size="xs"
        label={`To (${zoneName()})`}
        defaultValue={toLocalInput(shown.toMs)}
        error={problem === '' ? undefined : problem}
      />
      <Button type="submit" size="xs">
        Show this range
      </Button>
    </form>
  );
}
