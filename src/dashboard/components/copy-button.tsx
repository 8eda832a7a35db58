import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { CheckIcon, CopyIcon } from './icons.js';

/** Copies `text`; says so in the button, for eyes and for screen readers. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const clipboard = useClipboard({ timeout: 2000 });
  const failed = clipboard.error !== null;
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={clipboard.copied ? `${label}: copied` : label}
      leftSection={clipboard.copied ? <CheckIcon size={15} /> : <CopyIcon size={15} />}
      onClick={() => clipboard.copy(text)}
    >
      <span aria-live="polite">
        {clipboard.copied ? 'Copied' : failed ? 'Not allowed' : 'Copy'}
      </span>
    </Button>
  );
}
