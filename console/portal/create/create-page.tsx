import { useMemo, useState } from 'preact/hooks';
import { HoldfastError } from '../../../client/http/holdfast-error.ts';
import type { Catalogue, JobBody } from '../../../client/http/wire-types.ts';
import { tabStorage } from '../../shared/data/tab-storage.ts';
import { ChoiceBar } from '../../shared/parts/choice-bar.tsx';
import { Empty } from '../../shared/parts/notice.tsx';
import { PageHead } from '../../shared/parts/shell.tsx';
import { sentenceOf } from '../../shared/parts/state-badge.tsx';
import { useFilter } from '../../shared/router.tsx';
import { FrozenNotice } from '../frozen-notice.tsx';
import { useVisit } from '../portal-context.tsx';
import { Drafts } from './drafts.ts';
import { QuotePanel } from './quote-panel.tsx';
import { SchemaFields } from './schema-form.tsx';
import {
  filledIn,
  hasField,
  missingFields,
  readSchema,
  shownValues,
  withGiven,
  withoutField,
  withValue,
  type Schema,
  type Values,
} from './schema.ts';
import { useQuote } from './use-quote.ts';
import { useSubmission } from './use-submission.ts';

/** Fields about how it is made rather than what. They are folded. */
const MORE = new Set(['model', 'test_scenario']);

/** The create page: a form from the schema of the chosen kind, its exact price, and the button that submits it. */
export function CreatePage() {
  const { catalogue } = useVisit();
  const [asked, setAsked] = useFilter('kind');
  const kinds = catalogue.kinds.filter(({ default_model }) => default_model !== null);
  const kind = kinds.find(({ name }) => name === asked) ?? kinds[0];
  return (
    <>
      <PageHead title="Create" />
      <FrozenNotice />
      {kind === undefined ? (
        <Empty title="Nothing can be created at the moment">Come back in a while.</Empty>
      ) : (
        <>
          {kinds.length > 1 && (
            <div>
              <ChoiceBar
                label="What to create"
                choices={kinds.map(({ name }) => ({ value: name, text: sentenceOf(name) }))}
                value={kind.name}
                onChoose={setAsked}
              />
            </div>
          )}
          <CreateForm key={kind.name} kind={kind} />
        </>
      )}
    </>
  );
}

function CreateForm({ kind }: { readonly kind: Catalogue['kinds'][number] }) {
  const { session, catalogue } = useVisit();
  const drafts = useMemo(() => new Drafts(tabStorage, session.account_id), [session.account_id]);
  const [values, setValues] = useState<Values>(() => drafts.read(kind.name));
  const model = typeof values['model'] === 'string' ? values['model'] : kind.default_model;
  const schema = useMemo(() => schemaFor(kind, catalogue, model), [kind, catalogue, model]);
  const filled = withGiven(schema, filledIn(shownValues(schema, values)));
  const missing = missingFields(schema, filled);
  const body = missing.length === 0 ? ({ ...filled, kind: kind.name } as JobBody) : null;
  const live = useQuote(body);
  const submission = useSubmission(`create ${kind.name}`, body, live.reload);
  const change = (path: readonly string[], value: unknown) => {
    setValues((before) => {
      const after = withValue(before, path, value);
      drafts.write(kind.name, after);
      return after;
    });
  };
  const form = { values, onChange: change, faults: faultsOf(live.error, submission.error) };
  return (
    <form
      class="create"
      onSubmit={(event) => {
        event.preventDefault();
        if (
          live.quote !== null &&
          live.isCurrent &&
          live.quote.affordable &&
          submission.earlierJobId === null
        ) {
          submission.submit(live.quote);
        }
      }}
    >
      <div class="card create-fields">
        <SchemaFields {...form} schema={schema} without={MORE} />
        {Object.keys(schema.properties ?? {}).some((name) => MORE.has(name)) && (
          <details class="more-fields">
            <summary>More options</summary>
            <div class="create-fields">
              <SchemaFields {...form} schema={schema} without={withoutMore(schema)} />
            </div>
          </details>
        )}
      </div>
      <aside class="card create-price" aria-label="Price">
        <h2>Price</h2>
        <QuotePanel
          live={live}
          submission={submission}
          missing={missingText(missing)}
          action="Create"
          isAtField={(pointer) => hasField(schema, pointer) && !MORE.has(pointer.split('/')[1] ?? '')}
        />
      </aside>
    </form>
  );
}

/**
 * The kind's schema with the models on offer as values of `model`. It has no `model` if there is no choice, and no
 * `test_scenario` unless a sandbox model is offered. If the chosen model is shown no references, none are asked for.
 */
function schemaFor(kind: Catalogue['kinds'][number], { models }: Catalogue, chosen: string | null): Schema {
  // The wire's type says only that it is an object.
  const schema = readSchema(kind.schema);
  const offered = models.filter(
    (model) => model.is_offered && model.kinds.some((made) => made.kind === kind.name),
  );
  const isSandbox = offered.some(({ is_sandbox }) => is_sandbox);
  const properties = Object.entries(schema.properties ?? {}).flatMap(
    ([name, property]): [string, Schema][] => {
      if (name === 'model') {
        const names = offered.map((model) => model.name);
        return names.length < 2 ? [] : [[name, { ...property, enum: names, default: kind.default_model }]];
      }
      return name === 'test_scenario' && !isSandbox ? [] : [[name, property]];
    },
  );
  const shown = { ...schema, properties: Object.fromEntries(properties) };
  const takesReferences = models.find(({ name }) => name === chosen)?.takes_references ?? true;
  return takesReferences ? shown : withoutField(shown, 'reference_asset_urls');
}

const withoutMore = (schema: Schema) =>
  new Set(Object.keys(schema.properties ?? {}).filter((name) => !MORE.has(name)));

/** What the API found wrong with single fields, by JSON pointer. */
function faultsOf(...errors: readonly unknown[]): ReadonlyMap<string, string> {
  const faults = errors.flatMap((error) => (error instanceof HoldfastError ? error.errors : []));
  return new Map(faults.map(({ pointer, detail }) => [pointer, detail]));
}

function missingText(pointers: readonly string[]): string | null {
  if (pointers.length === 0) return null;
  const names = pointers.map((pointer) => sentenceOf(pointer.split('/').at(-1) ?? '').toLowerCase());
  return `Fill in ${names.join(' and ')} to see the price.`;
}
