import { Command } from '../ui/command.ts';
import { html } from '../ui/html.ts';
import { Id } from '../ui/parts.ts';
import { stageOf, useSession } from './context.ts';
import { linkTo, type Place } from './router.ts';

/** Where an id leads that has no page of its own: the command that shows all of it. */
export const Find = ({ place: [id = ''] }: { place: Place }) => {
  const stage = stageOf(useSession());
  const command = `npx ballast find ${id}${stage === null ? '' : ` --stage ${stage}`}`;
  return html`<div class="row spread"><h1>Find</h1><${Id} id=${id} href=${linkTo('find', id)} /></div>
    <section class="panel" aria-label="The command">
      <p>This command shows its lines in the log, its run, each attempt at a model, and the money on the books.</p>
      <${Command} text=${command} />
    </section>`;
};
