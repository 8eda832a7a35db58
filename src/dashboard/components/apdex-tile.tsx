import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { Apdex } from '../../server/api-types.js';
import { api } from '../api/client.js';
import { describeError } from '../api/error-words.js';
import { formatApdex, formatThreshold, rateApdex, readThreshold } from '../format/apdex.js';
import { apdexWords } from './apdex.js';
import classes from './apdex.module.css';
import { EditIcon } from './icons.js';

interface Props {
  serviceId: string;
  apdex: Apdex;
}

/** App satisfaction as a big figure, with the threshold it is measured by and its editor. */
export function ApdexTile({ serviceId, apdex }: Props) {
  const [opened, setOpened] = useState(false);
  const { word, level } = rateApdex(apdex.score);
  return (
    <div className={`panel ${classes['tile'] ?? ''}`} title={apdexWords(apdex)}>
      <span className={classes['label']}>Apdex, T = {formatThreshold(apdex.thresholdMs)}</span>
      <span className={`${classes['score'] ?? ''} num`} data-level={level}>
        {formatApdex(apdex.score)}
        <span className={classes['word']}>{word}</span>
      </span>
      <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
        <Popover.Target>
          <ActionIcon
            className={classes['edit'] ?? ''}
            variant="subtle"
            color="gray"
            size="md"
            aria-label="Change the Apdex threshold"
            title="Change the Apdex threshold"
            onClick={() => setOpened(!opened)}
          >
            <EditIcon size={15} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown aria-label="Apdex threshold">
          <ThresholdForm
            serviceId={serviceId}
            thresholdMs={apdex.thresholdMs}
            onDone={() => setOpened(false)}
          />
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

interface FormProps {
  serviceId: string;
  thresholdMs: number;
  onDone: () => void;
}

function ThresholdForm({ serviceId, thresholdMs, onDone }: FormProps) {
  const client = useQueryClient();
  const [problem, setProblem] = useState('');
  const save = useMutation({
    mutationFn: (ms: number) => api.saveSettings(serviceId, { apdexThresholdMs: ms }),
    onSuccess: async () => {
      await client.invalidateQueries();
      onDone();
    },
    onError: (error) => setProblem(`${describeError(error).title}: nothing was changed.`),
  });
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const ms = readThreshold(String(new FormData(event.currentTarget).get('threshold')));
    if (ms === undefined) setProblem('A whole number from 1 to 60000, please.');
    else save.mutate(ms);
  }
  return (
    <form className={classes['form']} onSubmit={submit}>
      <p>
        Requests answered within T satisfy, those within 4 T are tolerated, slower and failed ones
        frustrate. The score is (satisfied + tolerated ÷ 2) ÷ all.
      </p>
      <TextInput
        name="threshold"
        size="sm"
        label="Threshold T, ms"
        inputMode="numeric"
        autoComplete="off"
        defaultValue={String(thresholdMs)}
        error={problem === '' ? undefined : problem}
      />
      <Button type="submit" size="xs" loading={save.isPending}>
        Save for everybody
      </Button>
    </form>
  );
}
