import { Button } from '@mantine/core';
import { useParam } from '../../api/url-state.js';
import { CompareIcon } from '../../components/icons.js';

/** Whether each row is compared with the period of equal length before. */
export function useComparing(): boolean {
  return useParam('compare')[0] === 'previous';
}

export function CompareButton() {
  const [compare, setCompare] = useParam('compare');
  const on = compare === 'previous';
  return (
    <Button
      variant={on ? 'light' : 'default'}
      size="sm"
      leftSection={<CompareIcon size={16} />}
      aria-pressed={on}
      title="Compare with the period of equal length before"
      onClick={() => setCompare(on ? '' : 'previous', false)}
    >
      Compare
    </Button>
  );
}
