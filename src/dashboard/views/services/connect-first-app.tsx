import { Skeleton } from '@mantine/core';
import { useSetup } from '../../api/hooks.js';
import { CopyButton } from '../../components/copy-button.js';
import { QueryPanel } from '../../components/query-panel.js';
import { plural } from '../../format/number.js';
import classes from './services-view.module.css';

/** What a command of the server's list is for. */
function stepWords(command: string): string {
  if (command.includes('retrace agent')) return 'On the machine of your app, start the agent:';
  if (command.startsWith('npm install')) return 'In the folder of your app:';
  return command.includes('retrace/register') ? 'Start your app like this:' : 'Run this:';
}

/** The first page of a new platform: what to run; turns into data by itself. */
export function ConnectFirstApp() {
  const setup = useSetup(true);
  return (
    <div className={classes['connect']}>
      <h1>Connect your first app</h1>
      <p className={classes['intro']}>
        No change to its code. Statements and addresses become signatures inside the app; values
        never leave it.
      </p>
      <QueryPanel query={setup} loading={<Skeleton height={240} radius={10} />}>
        {({ commands, agentsSeen }) => (
          <div className="panel">
            <ol className={classes['steps']}>
              {commands.map((command, at) => (
                <li key={command}>
                  <span>
                    <b>Step {at + 1}.</b> {stepWords(command)}
                  </span>
                  <div className={classes['command']}>
                    <code className="foreign">{command}</code>
                    <CopyButton text={command} label={`Copy the command of step ${at + 1}`} />
                  </div>
                </li>
              ))}
            </ol>
            <p className={classes['waiting']} role="status">
              <span className={classes['pulse']} aria-hidden="true" />
              {agentsSeen > 0
                ? `${plural(agentsSeen, 'agent')} connected; waiting for the first app. Data appears here by itself, about 10 seconds after its first request.`
                : 'Waiting for the first data. It appears here by itself.'}
            </p>
          </div>
        )}
      </QueryPanel>
    </div>
  );
}
