import { pathSegment } from './path-segment.ts';
import { Listing } from './listing.ts';
import { NO_REASON_YET, preview, type DecidedOptions } from './preview.ts';
import type { CallOptions, Transport } from './transport.ts';
import type {
  Account,
  AccountAction,
  AccountBody,
  AccountPriceList,
  Clock,
  Grant,
  GrantBody,
  Limits,
  LimitsBody,
  Plan,
  PlanBody,
  Preview,
  PriceListBody,
  Referral,
  Spender,
  VoidedGrant,
} from './wire-types.ts';

/** `holdfast.accounts`, for platform keys. Your `reference` is the key of each call: a repeat does nothing. */
export class Accounts {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  open(body: AccountBody, options: CallOptions = {}): Promise<Account> {
    return this.#transport.json<Account>({ ...options, path: '/v1/accounts', body });
  }

  retrieve(id: string, options: CallOptions = {}): Promise<Account> {
    return this.#transport.json<Account>({ ...options, path: accountPath(id) });
  }

  plan(id: string, options: CallOptions = {}): Promise<Plan> {
    return this.#transport.json<Plan>({ ...options, path: `${accountPath(id)}/plan` });
  }

  setPlan(id: string, body: PlanBody, options: CallOptions = {}): Promise<Plan> {
    return this.#transport.json<Plan>({ ...options, method: 'PUT', path: `${accountPath(id)}/plan`, body });
  }

  limits(id: string, options: CallOptions = {}): Promise<Limits> {
    return this.#transport.json<Limits>({ ...options, path: `${accountPath(id)}/limits` });
  }

  setLimits(id: string, body: LimitsBody, options: CallOptions = {}): Promise<Limits> {
    return this.#transport.json<Limits>({
      ...options,
      method: 'PUT',
      path: `${accountPath(id)}/limits`,
      body,
    });
  }

  /** What new limits would change. */
  previewLimits(id: string, body: LimitsBody, options: CallOptions = {}): Promise<Preview> {
    return preview(this.#transport, { ...options, method: 'PUT', path: `${accountPath(id)}/limits`, body });
  }

  /** Members, then projects, by name, with what each has used of the current period. */
  spenders(id: string, options: CallOptions = {}): Listing<Spender> {
    return new Listing(this.#transport, { ...options, path: `${accountPath(id)}/spenders` });
  }

  setPriceList(id: string, body: PriceListBody, options: CallOptions = {}): Promise<AccountPriceList> {
    const path = `${accountPath(id)}/price_list`;
    return this.#transport.json<AccountPriceList>({ ...options, method: 'PUT', path, body });
  }

  previewPriceList(id: string, body: PriceListBody, options: CallOptions = {}): Promise<Preview> {
    const path = `${accountPath(id)}/price_list`;
    return preview(this.#transport, { ...options, method: 'PUT', path, body });
  }

  /** Refuses new spending; running jobs end as usual. */
  freeze(id: string, reason: string, { asOf, ...options }: DecidedOptions = {}): Promise<Account> {
    const path = `${accountPath(id)}/freeze`;
    return this.#transport.json<Account>({ ...options, path, body: { reason, as_of: asOf } });
  }

  unfreeze(id: string, reason: string, { asOf, ...options }: DecidedOptions = {}): Promise<Account> {
    const path = `${accountPath(id)}/unfreeze`;
    return this.#transport.json<Account>({ ...options, path, body: { reason, as_of: asOf } });
  }

  /** Previews a freeze, or its end. Nothing is done. */
  previewFreeze(id: string, verb: 'freeze' | 'unfreeze', options: CallOptions = {}): Promise<Preview> {
    const body = { reason: NO_REASON_YET };
    return preview(this.#transport, { ...options, path: `${accountPath(id)}/${verb}`, body });
  }

  /** What was done to the account, by whom and why, newest first. */
  actions(id: string, options: CallOptions = {}): Listing<AccountAction> {
    return new Listing(this.#transport, { ...options, path: `${accountPath(id)}/actions` });
  }

  clock(id: string, options: CallOptions = {}): Promise<Clock> {
    return this.#transport.json<Clock>({ ...options, path: `${accountPath(id)}/clock` });
  }

  /** Moves the clock of a test account. It has arrived once `clock` returns `ready`. */
  advanceClock(id: string, to: Date, options: CallOptions = {}): Promise<Clock> {
    const body = { advance_to: to.toISOString() };
    return this.#transport.json<Clock>({ ...options, path: `${accountPath(id)}/clock`, body });
  }

  /** Records who invited the account. */
  refer(id: string, inviterId: string, options: CallOptions = {}): Promise<Referral> {
    const body = { inviter_id: inviterId };
    return this.#transport.json<Referral>({ ...options, path: `${accountPath(id)}/referrals`, body });
  }
}

/** `holdfast.grants`, for platform keys. */
export class Grants {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(accountId: string, body: GrantBody, options: CallOptions = {}): Promise<Grant> {
    return this.#transport.json<Grant>({ ...options, path: `${accountPath(accountId)}/grants`, body });
  }

  /** Previews a grant. Its reference stays unused. */
  preview(accountId: string, body: GrantBody, options: CallOptions = {}): Promise<Preview> {
    return preview(this.#transport, { ...options, path: `${accountPath(accountId)}/grants`, body });
  }

  /** Takes back what is left of a grant (a charge-back). */
  void(id: string, reason: string, { asOf, ...options }: DecidedOptions = {}): Promise<VoidedGrant> {
    return this.#transport.json<VoidedGrant>({
      ...options,
      path: voidPath(id),
      body: { reason, as_of: asOf },
    });
  }

  previewVoid(id: string, options: CallOptions = {}): Promise<Preview> {
    return preview(this.#transport, { ...options, path: voidPath(id), body: { reason: NO_REASON_YET } });
  }
}

const accountPath = (id: string) => `/v1/accounts/${pathSegment(id)}`;
const voidPath = (id: string) => `/v1/grants/${pathSegment(id)}/void`;
