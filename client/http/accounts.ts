import type { CallOptions, Transport } from './transport.ts';
import type {
  Account,
  AccountBody,
  AccountPriceList,
  Clock,
  Grant,
  GrantBody,
  Limits,
  LimitsBody,
  Plan,
  PlanBody,
  PriceListBody,
  Referral,
  VoidedGrant,
} from './wire-types.ts';

/** `holdfast.accounts`, for platform keys. Their own `reference` is the key of each call: the same one again does nothing twice. */
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

  setPriceList(id: string, body: PriceListBody, options: CallOptions = {}): Promise<AccountPriceList> {
    const path = `${accountPath(id)}/price_list`;
    return this.#transport.json<AccountPriceList>({ ...options, method: 'PUT', path, body });
  }

  /** New spending is refused; what runs ends as it would. */
  freeze(id: string, reason: string, options: CallOptions = {}): Promise<Account> {
    return this.#transport.json<Account>({ ...options, path: `${accountPath(id)}/freeze`, body: { reason } });
  }

  unfreeze(id: string, reason: string, options: CallOptions = {}): Promise<Account> {
    const path = `${accountPath(id)}/unfreeze`;
    return this.#transport.json<Account>({ ...options, path, body: { reason } });
  }

  clock(id: string, options: CallOptions = {}): Promise<Clock> {
    return this.#transport.json<Clock>({ ...options, path: `${accountPath(id)}/clock` });
  }

  /** Of a test account. It is there once `clock` says `ready`. */
  advanceClock(id: string, to: Date, options: CallOptions = {}): Promise<Clock> {
    const body = { advance_to: to.toISOString() };
    return this.#transport.json<Clock>({ ...options, path: `${accountPath(id)}/clock`, body });
  }

  /** Says who invited the account. */
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

  /** Takes back what is left of it (a charge-back). */
  void(id: string, reason: string, options: CallOptions = {}): Promise<VoidedGrant> {
    const path = `/v1/grants/${encodeURIComponent(id)}/void`;
    return this.#transport.json<VoidedGrant>({ ...options, path, body: { reason } });
  }
}

const accountPath = (id: string) => `/v1/accounts/${encodeURIComponent(id)}`;
