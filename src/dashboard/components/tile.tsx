import { Figure } from './figure.js';
import classes from './tile.module.css';

/** One big figure with its name. */
export function Tile(props: { label: string; text: string; title?: string; bad?: boolean }) {
  return (
    <div className={`panel ${classes['tile'] ?? ''}`}>
      <span className={classes['label']}>{props.label}</span>
      <span className={classes['value']} data-bad={props.bad === true || undefined}>
        <Figure text={props.text} title={props.title} />
      </span>
    </div>
  );
}
